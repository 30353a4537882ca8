/**
 * One demo buyer in a process of its own, so that nothing between Gavel and its buyers is pretended.
 *
 *     node demo/buyer-process.ts <index in DEMO_BUYERS>
 *
 * Tells its port to whoever started it, and ends when that channel closes.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type BuyerCall, DEMO_BUYERS, type Temper } from './buyers.ts'

const buyer = DEMO_BUYERS[Number(process.argv[2])]
if (buyer === undefined) throw new Error('which of the buyers?')

let calls = 0
const server = createServer((request, response) => void serve(buyer.temper, request, response))
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))

process.on('disconnect', () => process.exit(0))
// Ctrl-C reaches every process of the terminal; the auction that is under way still needs its buyers.
process.on('SIGINT', () => undefined)

async function serve(temper: Temper, request: IncomingMessage, response: ServerResponse): Promise<void> {
  calls += 1
  const call: BuyerCall = { body: await readJson(request), number: calls }
  const isPing = request.url === '/ping'
  const answer = isPing ? temper.ping(call) : temper.post(call)
  if (answer === null) return
  await sleep(isPing ? temper.pingDelayMs : temper.postDelayMs)
  response.writeHead(isPing ? 200 : 201, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
}

async function readJson(request: IncomingMessage): Promise<BuyerCall['body']> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    return {}
  }
}
