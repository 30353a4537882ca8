/**
 * `npm run bench`: measures Gavel against the bare Worker in one run, and says for each bar whether it is reached.
 *
 * A missed bar is a result, not a failure: the exit code is 0 unless something could not be measured.
 */
import { onStarterGone } from '../scripts/serve/lifeline.ts'
import { defaultStateRoot, describeMachine } from './machine.ts'
import { type BenchOptions, parseOptions, type SectionName, USAGE } from './options.ts'
import { type SectionResult, table } from './report.ts'
import { measureAdded } from './sections/added.ts'
import { measureCaps } from './sections/caps.ts'
import { measureCost } from './sections/cost.ts'
import { measureFanout } from './sections/fanout20.ts'
import { measurePings } from './sections/ping.ts'
import { measureSales } from './sections/sold.ts'
import { Stand } from './stand.ts'
import { suppressionSection } from './suppression.ts'

/** In the order in which they run. Another measure is one more line here. */
const SECTIONS: { readonly [name in SectionName]: (stand: Stand, options: BenchOptions) => Promise<SectionResult> } = {
  ping: measurePings,
  sold: measureSales,
  added: measureAdded,
  cost: measureCost,
  fanout20: measureFanout,
  caps: measureCaps,
  suppression: suppressionSection,
}

const INTERRUPTED = 130

const say = (text: string) => process.stderr.write(`${text}\n`)

function readOptions(): BenchOptions {
  try {
    return parseOptions(process.argv.slice(2))
  } catch (error) {
    say(`${error instanceof Error ? error.message : error}\n${USAGE}`)
    process.exit(2)
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(INTERRUPTED))

async function run(options: BenchOptions): Promise<void> {
  const startedAt = new Date()
  const root = options.stateDir ?? defaultStateRoot()
  const machine = describeMachine(root)
  say(`${machine.cores} cores, node ${machine.node}, workerd ${machine.workerd}, state in ${root}`)
  const stand = await Stand.open(root, (line) => say(`  worker: ${line}`))
  onStarterGone(() => process.exit(INTERRUPTED))
  const results: [SectionName, SectionResult][] = []
  try {
    for (const name of Object.keys(SECTIONS) as SectionName[]) {
      if (!options.only.includes(name)) continue
      say(`measuring ${name} …`)
      const result = await SECTIONS[name](stand, options)
      for (const { label, reached } of result.rows) say(`  ${label}: ${reached}`)
      results.push([name, result])
    }
  } finally {
    await stand.close()
  }
  const seconds = Math.round((Date.now() - startedAt.getTime()) / 1_000)
  const json = Object.fromEntries(results.map(([name, result]) => [name, result.json]))
  const about = { started_at: startedAt.toISOString(), seconds, rounds: options.rounds, machine }
  if (options.json) process.stdout.write(`${JSON.stringify({ ...json, run: about })}\n`)
  else process.stdout.write(`\n${table(results.map(([, result]) => result))}\n  Measured in ${seconds} s.\n`)
}

run(readOptions()).then(
  () => process.exit(0),
  (error: unknown) => {
    say(`could not be measured: ${error instanceof Error ? error.message : error}`)
    process.exit(1)
  },
)
