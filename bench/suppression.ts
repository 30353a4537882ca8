/**
 * What suppression costs: pings against lists of millions and of ten thousand entries in the same run and the same Worker, and
 * how fast such a list comes in.
 *
 * Both campaigns ask about leads that are on no list, as most are; a third one has no lists, so that the check by itself can be
 * told from the rest of a ping. The many entries are the live tenant's, the few the sandbox's: each tenant has an index of
 * its own.
 *
 *     node bench/suppression.ts [--entries 1000000] [--rounds 5] [--seconds 3] [--state-dir DIR] [--json]
 */
import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { unstable_splitSqlQuery } from 'wrangler'
import { bundleAll, ROOT } from './bundle.ts'
import { Child } from './child.ts'
import type { LoadJob, LoadReport } from './load/generator.ts'
import { defaultStateRoot } from './machine.ts'
import type { BenchOptions } from './options.ts'
import { type SectionResult, table } from './report.ts'
import { type Runtime, startWorker } from './runtime.ts'
import type { Stand } from './stand.ts'
import { freePort, IsolateMemory } from './suppression/isolate.ts'
import { Pings, type Round, SIDES } from './suppression/pings.ts'
import { processorSeconds, residentMb } from './suppression/resources.ts'
import { FEW, suppressionResult } from './suppression/result.ts'
import { Operator, openSide } from './suppression/sides.ts'

export interface SuppressionOptions {
  readonly entries: number
  readonly rounds: number
  readonly seconds: number
  readonly root: string
}

const PATIENCE_MS = 120_000
const ENTRIES = 1_000_000
const TURN_SECONDS = 3

/** As a section of `npm run bench`: with a million entries, so that it takes a minute and not ten. */
export function suppressionSection(_stand: Stand, options: BenchOptions): Promise<SectionResult> {
  const { rounds, seconds, stateDir } = options
  return measureSuppression({
    entries: ENTRIES,
    rounds,
    seconds: seconds ?? TURN_SECONDS,
    root: stateDir ?? defaultStateRoot(),
  })
}

export async function measureSuppression(options: SuppressionOptions): Promise<SectionResult> {
  const dir = await mkdtemp(join(options.root, 'gavel-suppression-'))
  const [load] = await Child.start<LoadJob, LoadReport>('load/generator.ts', PATIENCE_MS)
  const keys = { live: secret(), sandbox: secret() }
  const inspectorPort = await freePort()
  const runtime = await start(dir, keys, inspectorPort)
  try {
    const live = new Operator(runtime.port, keys.live)
    const sandbox = new Operator(runtime.port, keys.sandbox)
    const [many, few] = [await openSide(live, true), await openSide(sandbox, true)]
    const none = await openSide(live, false)
    await few.fill(FEW)
    const memory = await IsolateMemory.watch(inspectorPort)
    const [before, processorBefore] = [residentMb(runtime), processorSeconds(runtime)]
    const imported = await many.fill(options.entries)
    const processor = processorSeconds(runtime) - processorBefore
    const bench = new Pings(load, runtime, { none: none.target, few: few.target, many: many.target })
    const cold = await bench.turn('many', 1_000)
    for (const side of SIDES) await bench.turn(side, 3_000)
    const rounds: Round[] = []
    for (let index = 0; index < options.rounds; index++) rounds.push(await bench.round(index, options.seconds * 1_000))
    const isolate = await memory.end()
    return suppressionResult(rounds, { ...imported, cold, before, processor, after: residentMb(runtime), isolate })
  } finally {
    load.stop()
    await runtime.miniflare.dispose()
    await rm(dir, { recursive: true, force: true, maxRetries: 5 })
  }
}

const secret = () => randomBytes(32).toString('base64url')

async function start(
  dir: string,
  keys: { readonly live: string; readonly sandbox: string },
  inspectorPort: number,
): Promise<Runtime> {
  const { gavel } = await bundleAll(dir)
  const runtime = await startWorker({
    config: 'wrangler.toml',
    script: gavel,
    stateDir: join(dir, 'state'),
    inspectorPort,
    onLog: (line) => process.stderr.write(`  worker: ${line}\n`),
    settings: {
      MASTER_KEY: secret(),
      PING_TOKEN_KEYS: `bench:${secret()}`,
      BOOTSTRAP_OPERATOR_KEY: keys.live,
      BOOTSTRAP_SANDBOX_KEY: keys.sandbox,
      ALLOW_LOOPBACK_BUYERS: '1',
    },
  })
  const database = await runtime.miniflare.getD1Database('DB')
  const folder = join(ROOT, 'migrations')
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()) {
    const statements = unstable_splitSqlQuery(await readFile(join(folder, file), 'utf8'))
    await database.batch(statements.map((sql) => database.prepare(sql)))
  }
  return runtime
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      entries: { type: 'string', default: String(ENTRIES) },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: String(TURN_SECONDS) },
      'state-dir': { type: 'string', default: defaultStateRoot() },
      json: { type: 'boolean', default: false },
    },
  })
  const result = await measureSuppression({
    entries: Number(values.entries),
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    root: values['state-dir'],
  })
  process.stdout.write(`${values.json ? JSON.stringify({ suppression: result.json }) : table([result])}\n`)
  process.exit(0)
}
