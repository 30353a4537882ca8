/**
 * (e) Twenty buyers that all answer after 300 ms, six at a time per object: how soon the window closes, by the auction's own
 * trace. Beside it, twenty that hang and one that bids: how far beyond its time the window closes. Counts of auctions, since what
 * is promised is a time and not a rate.
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Gavel } from '../gavel.ts'
import { leadFields } from '../load/leads.ts'
import type { BenchOptions } from '../options.ts'
import { number, type SectionResult } from '../report.ts'
import type { Stand } from '../stand.ts'
import { percentile, round } from '../statistics.ts'
import { type Market, openMarket } from './market.ts'

const BUYERS = 20
const ANSWER_MS = 300
const BAR_MS = 400
const PER_OBJECT = 6
const WARM_AUCTIONS = 5
const AUCTIONS_A_ROUND = 6
/** One less than makes a circuit open, after which nobody waits for those who hang. */
const HANGING_AUCTIONS = 9
const HANGING_WINDOW_MS = 500
const BAR_OVER_MS = 50
/** Of the auctions, what must have closed in time. */
const BAR_SHARE = 0.95

interface Auction {
  readonly close_cause: string | null
  readonly trace: readonly { readonly step: string; readonly at_ms: number }[]
  readonly bids: readonly { readonly amount: number | null }[]
}

export async function measureFanout(stand: Stand, options: BenchOptions): Promise<SectionResult> {
  const { gavel } = await stand.pair()
  const buyers = await startBuyers()
  try {
    const twenty = (path: string) =>
      Array.from({ length: BUYERS }, (_, index) => ({ url: `${buyers.url}/${path}/${index + 1}` }))
    const market = await openMarket(gavel, { name: 'Twenty buyers', buyers: twenty('late') })
    const close = (of: Market, bids: number) => closeMs(gavel, of, { leadNumber: stand.takeNumber(), bids })
    for (let warm = 0; warm < WARM_AUCTIONS; warm++) await close(market, BUYERS)
    buyers.forget()
    const times: number[] = []
    for (let auction = 0; auction < options.rounds * AUCTIONS_A_ROUND; auction++)
      times.push(await close(market, BUYERS))
    const most = buyers.mostAtOnce()
    const hanging = await openMarket(gavel, {
      name: 'Twenty that hang',
      buyers: [...twenty('hang'), { url: `${buyers.url}/fast/1` }],
      campaign: { bid_window_ms: HANGING_WINDOW_MS },
    })
    const over: number[] = []
    while (over.length < HANGING_AUCTIONS) over.push((await close(hanging, 1)) - HANGING_WINDOW_MS)
    return report(times, over, most)
  } finally {
    buyers.server.closeAllConnections()
    buyers.server.close()
  }
}

interface Asked {
  readonly leadNumber: number
  /** How many buyers must have bid. */
  readonly bids: number
}

/** @returns how long the window of a new lead's auction was open; @throws where not as many have bid as must have */
async function closeMs({ port, operator }: Gavel, market: Market, asked: Asked): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/ingest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': market.apiKey },
    body: JSON.stringify(leadFields(market, asked.leadNumber)),
  })
  const { data } = (await response.json()) as { readonly data?: { readonly id: string; readonly status: string } }
  if (data?.status !== 'ACCEPTED') throw new Error(`a lead for twenty buyers was answered ${response.status}`)
  const { auction_id } = await operator.get<{ readonly auction_id: string }>(`/v1/leads/${data.id}`)
  const auction = await operator.get<Auction>(`/v1/auctions/${auction_id}`)
  const bids = auction.bids.filter(({ amount }) => amount !== null).length
  if (bids !== asked.bids) throw new Error(`${bids} of ${asked.bids} have bid; closed as ${auction.close_cause}`)
  const at = (step: string) => auction.trace.find((one) => one.step === step)?.at_ms ?? Number.NaN
  return at('window_closed') - at('window_opened')
}

/** Twenty buyers behind one port; none may end the auction before all have answered, so that the last bids the most. */
async function startBuyers() {
  let open = 0
  let most = 0
  const server: Server = createServer((request, response) => {
    const [, manner, buyer = '', call] = (request.url ?? '').split('/')
    request.resume()
    request.on('end', async () => {
      if (manner === 'hang' && call === 'ping') return
      if (manner === 'late' && call === 'ping') {
        open += 1
        most = Math.max(most, open)
        await sleep(ANSWER_MS)
        open -= 1
      }
      response.writeHead(call === 'ping' ? 200 : 201, { 'content-type': 'application/json' })
      response.end(JSON.stringify(call === 'ping' ? { accepted: true, bid_price: Number(buyer) } : { id: buyer }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const forget = () => {
    most = 0
  }
  return { url: `http://127.0.0.1:${port}`, server, forget, mostAtOnce: () => most }
}

function report(times: readonly number[], over: readonly number[], mostAtOnce: number): SectionResult {
  const inTime = times.filter((ms) => ms <= BAR_MS).length
  const share = inTime / times.length
  const [p50, p99] = [percentile(times, 0.5), percentile(times, 0.99)]
  const punctual = over.filter((ms) => ms <= BAR_OVER_MS).length
  const passed = { fanout: share >= BAR_SHARE, hanging: punctual / over.length >= BAR_SHARE }
  const json = {
    auctions: times.length,
    closed_in_time: inTime,
    share: round(share, 3),
    close_p50_ms: round(p50, 0),
    close_p99_ms: round(p99, 0),
    buyers: BUYERS,
    answer_ms: ANSWER_MS,
    per_object: PER_OBJECT,
    most_pings_at_once: mostAtOnce,
    hanging: {
      auctions: over.length,
      window_ms: HANGING_WINDOW_MS,
      closed_in_time: punctual,
      over_p50_ms: round(percentile(over, 0.5), 0),
      over_max_ms: round(Math.max(...over), 0),
    },
    bar: { close_ms: BAR_MS, over_ms: BAR_OVER_MS, share: BAR_SHARE },
    passed: passed.fanout && passed.hanging,
  }
  const bar = `≥ ${BAR_SHARE * 100} %`
  const rows = [
    {
      label: `auctions of ${BUYERS} buyers answering in ${ANSWER_MS} ms that close within ${BAR_MS} ms`,
      gavel: `${number(p50)} ms`,
      bare: '',
      reached: `${inTime} of ${times.length}`,
      bar,
      passed: passed.fanout,
    },
    {
      label: `auctions with ${BUYERS} that hang that close within ${BAR_OVER_MS} ms of their time`,
      gavel: `+${number(percentile(over, 0.5))} ms`,
      bare: '',
      reached: `${punctual} of ${over.length}`,
      bar,
      passed: passed.hanging,
    },
  ]
  return { json, rows, notes: [`Twenty buyers: the window closes after ${number(p50)} ms, p99 ${number(p99)} ms.`] }
}
