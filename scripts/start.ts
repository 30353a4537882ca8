/**
 * `npm start`: everything on one machine. Starts demo buyers and Gavel, sells one lead through them, shows how the auction
 * went, and stays up until Ctrl-C. `npm start -- --once` ends after the table.
 */
import { resolve } from 'node:path'
import { Api } from '../demo/api.ts'
import { invitation } from '../demo/invitation.ts'
import { DEMO_SUPPLIERS } from '../demo/market.ts'
import { type Notebook, openNotebook } from '../demo/notebook.ts'
import { paintFor } from '../demo/paint.ts'
import { DemoProcesses, type StartedServer } from '../demo/processes.ts'
import { reportAuction } from '../demo/report.ts'
import { type DemoAuction, sellOneLead } from '../demo/sale.ts'
import { seed } from '../demo/seed.ts'
import { endWith, Refusal } from './refusal.ts'
import { ROOT } from './root.ts'
import { onStarterGone } from './serve/lifeline.ts'
import { readPort } from './serve/settings.ts'

const isOnce = process.argv.includes('--once')
const processes = new DemoProcesses()
const paint = paintFor(process.stdout)
let isStopping = false

async function stop(code: number): Promise<void> {
  if (isStopping) return
  isStopping = true
  await processes.stop()
  process.exit(code)
}

async function start(): Promise<void> {
  const stateDir = resolve(ROOT, process.env.STATE_DIR || '.state/demo')
  const port = readPort(process.env.PORT)
  say('Starting five buyers and Gavel …')
  const notebook = openNotebook(stateDir)
  const { operatorKey, sandboxKey } = notebook.notes
  const env = {
    PORT: String(port),
    BOOTSTRAP_OPERATOR_KEY: operatorKey,
    BOOTSTRAP_SANDBOX_KEY: sandboxKey,
    ALLOW_LOOPBACK_BUYERS: '1',
  }
  const [buyerUrls, server] = await Promise.all([processes.startBuyers(), processes.startServer({ stateDir, env })])
  server.process.once('exit', () => onServerGone(stateDir))
  const operator = new Api(server.url, operatorKey)
  say('Setting up a campaign, two suppliers and five buyer contracts …')
  const campaignId = await seed({ operator, notebook, buyerUrls })
  say(`Sending a lead from ${DEMO_SUPPLIERS[0].name}: ping, then ingest …\n`)
  const auction = await sell({ server, operator, notebook, campaignId })
  print(reportAuction({ auction, supplier: DEMO_SUPPLIERS[0], paint }))
  if (auction.status !== 'sold') throw new Refusal(`The demo's lead was not sold. See ${stateDir}/serve.log.`)
  if (isOnce) return stop(0)
  print(['', ...invitation({ url: server.url, notes: notebook.notes, campaignId, auction, paint })])
  print(['', `${paint.win(`Gavel is at ${server.url}`)}; its log is ${stateDir}/serve.log. Ctrl-C stops everything.`])
}

interface SellRequest {
  readonly server: StartedServer
  readonly operator: Api
  readonly notebook: Notebook
  readonly campaignId: string
}

function sell({ server, operator, notebook, campaignId }: SellRequest): Promise<DemoAuction> {
  const noted = notebook.notes.suppliers[DEMO_SUPPLIERS[0].name]
  if (noted === undefined) throw new Error('the supplier was not noted')
  return sellOneLead({ supplier: new Api(server.url, noted.apiKey), operator, campaignId, supplierId: noted.id })
}

function onServerGone(stateDir: string): void {
  if (isStopping) return
  console.error(`The server has ended by itself. See ${stateDir}/serve.log.`)
  void stop(1)
}

function say(line: string): void {
  console.log(paint.dim(line))
}

function print(lines: readonly string[]): void {
  for (const line of lines) console.log(line)
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(0))
onStarterGone(() => void stop(0))

try {
  await start()
} catch (error) {
  if (!isStopping) {
    isStopping = true
    await processes.stop()
    endWith(error)
  }
}
