/** One torture from beginning to end: open the market, kill again and again, settle, compare the books. */
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { reconcile } from './books/all.ts'
import type { Evidence } from './books/book.ts'
import { ask, readDisk } from './books/evidence.ts'
import { killAgainAndAgain, type Lives } from './lives.ts'
import type { TortureOptions } from './options.ts'
import { type Figures, figuresOf, reportOf } from './report.ts'
import { Client } from './served/client.ts'
import { Operator } from './served/operator.ts'
import { Server, type ServerRequest } from './served/server.ts'
import { settle } from './settle.ts'
import { World } from './world.ts'

/** A SIGKILL spares what was given to the system to write, in memory as on a disk; the disk would only be slower. */
const QUICK_FOLDER = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

export interface Outcome {
  readonly figures: Figures
  /** One line each; none where all is well. */
  readonly mismatches: readonly string[]
  /** State and logs; gone where all is well and nobody wanted to keep it. */
  readonly folder: string
}

/** @throws where the server does not come up again, or does not answer any more; the folder stays then */
export async function torture(options: TortureOptions): Promise<Outcome> {
  const folder = options.folder ?? mkdtempSync(join(QUICK_FOLDER, 'gavel-torture-'))
  const stateDir = join(folder, 'state')
  mkdirSync(stateDir, { recursive: true })
  const logFd = openSync(join(folder, 'server.log'), 'a')
  const leads = options.kills * options.leadsPerLife
  const world = new World({ seed: options.seed, folder: join(folder, 'logs'), leads })
  console.log(`torture of ${options.kills} kills, seed ${options.seed}, in ${folder}`)
  try {
    const served = { stateDir, logFd }
    await withServer(served, (client) => world.open(new Operator(client)))
    const lives = await killAgainAndAgain(world, options, served)
    const { figures, mismatches } = await compare(world, { options, served, lives })
    const report = reportOf(figures, options, mismatches)
    writeFileSync(join(folder, 'report.txt'), `${report.join('\n')}\n`)
    writeFileSync(join(folder, 'mismatches.txt'), mismatches.map((line) => `${line}\n`).join(''))
    console.log(report.join('\n'))
    if (mismatches.length === 0 && !options.keep) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    else console.log(`state and logs: ${folder}`)
    return { figures, mismatches, folder }
  } finally {
    closeSync(logFd)
    await world.close()
  }
}

interface Comparing {
  readonly options: TortureOptions
  readonly served: ServerRequest
  readonly lives: Lives
}

async function compare(world: World, { options, served, lives }: Comparing) {
  const told = await withServer(served, async (client) => {
    await settle(world, client, options)
    console.log('asking every auction, repeating every request')
    return ask(world, client)
  })
  const evidence: Evidence = { world, told, kept: readDisk(served.stateDir), holdsAwaited: !options.isBrief }
  const mismatches = reconcile(evidence)
  return { figures: figuresOf(evidence, lives, mismatches), mismatches }
}

/** A server that is stopped in the end as an operator stops it, or killed where that fails. */
async function withServer<Result>(served: ServerRequest, act: (client: Client) => Promise<Result>): Promise<Result> {
  const server = Server.launch(served)
  try {
    const client = new Client(await server.url())
    const result = await act(client)
    client.close()
    await server.stop()
    return result
  } catch (error) {
    await server.kill()
    throw error
  }
}
