import { createServer, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AuctionWire } from '../../src/contracts/lead-record'
import type { BidReason } from '../../src/core/reasons'
import { type Made, Operator } from '../support/gavel-client'
import {
  after,
  answer,
  bid,
  cut,
  drip,
  HttpBuyer,
  halfAJson,
  hang,
  html,
  type Manner,
  refuse,
  tenMegabytes,
} from '../support/http-buyer'
import {
  type BuyerUrls,
  fixedContract,
  freshLead,
  guideContract,
  type Market,
  type MarketSpec,
  openMarket,
  standardContract,
} from '../support/market'
import { OPERATOR_KEY, ServedGavel } from '../support/served-gavel'

/** What a bad buyer may cost an auction, and how much later than that a busy machine may notice. */
const PING_TIMEOUT_MS = 400
const SLACK_MS = 500
const DEADLINE_MS = 3_000

type Contracts = MarketSpec['buyers'][string]

interface Bad {
  readonly name: string
  readonly reason: BidReason
  readonly detail?: string | RegExp
  readonly manner: Manner
  readonly contract?: Contracts
  readonly dialect?: 'standard'
}

const raw =
  (body: string | Buffer, headers: Record<string, string> = {}): Manner =>
  (response) => {
    response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(body)
  }
const yes = (price: string): Manner => raw(`{"accepted":true,"bid_price":${price}}`)
const standardBid = (amount: unknown, currency: string) => {
  return answer(200, { bid: { amount, currency, bid_token: 'bid_1', valid_until: '2099-01-01T00:00:00Z' } })
}

const BAD: readonly Bad[] = [
  { name: 'hangs', reason: 'timed_out', manner: hang() },
  { name: 'drips', reason: 'timed_out', manner: drip() },
  {
    name: 'sends its headers and nothing more',
    reason: 'timed_out',
    manner: (response) => void response.writeHead(200).flushHeaders(),
  },
  { name: 'bids too late', reason: 'timed_out', manner: after(PING_TIMEOUT_MS + 300, bid(500)) },
  {
    name: 'bids in 65 KiB',
    reason: 'buyer_error',
    detail: 'too_large',
    manner: answer(200, { accepted: true, bid_price: 500, padding: 'x'.repeat(66_000) }),
  },
  { name: 'sends 10 MB', reason: 'buyer_error', detail: 'too_large', manner: tenMegabytes() },
  {
    name: 'sends 10 MB packed into 10 KB',
    reason: 'buyer_error',
    detail: 'too_large',
    manner: raw(gzipSync(Buffer.alloc(10_000_000, ' ')), { 'content-encoding': 'gzip' }),
  },
  {
    name: 'sends what is not gzip as gzip',
    reason: 'buyer_error',
    manner: raw('{"accepted":true,"bid_price":500}', { 'content-encoding': 'gzip' }),
  },
  { name: 'sends a web page', reason: 'buyer_error', detail: /read/, manner: html() },
  {
    name: 'sends a web page as JSON',
    reason: 'buyer_error',
    detail: /read/,
    manner: raw('<html><body>accepted</body></html>'),
  },
  { name: 'sends half a JSON', reason: 'buyer_error', manner: raw('{"accepted":true,"bid_price":500') },
  { name: 'breaks off in the middle of its JSON', reason: 'buyer_error', manner: halfAJson() },
  { name: 'sends nothing', reason: 'buyer_error', detail: /read/, manner: raw('') },
  { name: 'sends lists 20000 deep', reason: 'declined', manner: raw(`${'['.repeat(20_000)}${']'.repeat(20_000)}`) },
  { name: 'sends bytes that are no text', reason: 'buyer_error', manner: raw(Buffer.from([0xff, 0x00, 0x80, 0xfe])) },
  { name: 'cuts the line after reading', reason: 'buyer_error', manner: cut() },
  { name: 'fails', reason: 'buyer_error', detail: 'HTTP 500', manner: answer(500, '', 'text/plain') },
  {
    name: 'fails with a bid in its words',
    reason: 'buyer_error',
    manner: answer(503, { accepted: true, bid_price: 500 }),
  },
  {
    name: 'refuses with a bid in its words',
    reason: 'buyer_error',
    manner: answer(403, { accepted: true, bid_price: 500 }),
  },
  {
    name: 'declines with a bid in its words',
    reason: 'declined',
    manner: answer(200, { accepted: false, bid_price: 500 }),
  },
  { name: 'says neither yes nor no', reason: 'declined', manner: answer(200, { bid_price: 500 }) },
  { name: 'says yes without a price', reason: 'invalid_bid', detail: /price/, manner: answer(200, { accepted: true }) },
  { name: 'bids below zero', reason: 'invalid_bid', detail: 'price is negative', manner: yes('-500') },
  { name: 'bids below zero in words', reason: 'invalid_bid', detail: 'price is negative', manner: yes('"-$500.00"') },
  { name: 'bids NaN', reason: 'invalid_bid', manner: yes('NaN') },
  { name: 'bids "NaN"', reason: 'invalid_bid', manner: yes('"NaN"') },
  { name: 'bids infinity', reason: 'invalid_bid', manner: yes('Infinity') },
  { name: 'bids 1e400', reason: 'invalid_bid', manner: yes('1e400') },
  { name: 'bids 1e3', reason: 'invalid_bid', manner: yes('1e3') },
  {
    name: 'bids ten thousand million',
    reason: 'invalid_bid',
    detail: 'price is too large',
    manner: yes('10000000000'),
  },
  { name: 'bids 2^63', reason: 'invalid_bid', manner: yes('9223372036854775808') },
  { name: 'bids fractions of a millionth', reason: 'invalid_bid', manner: yes('500.0000001') },
  { name: 'bids a text', reason: 'invalid_bid', manner: yes('"a lot"') },
  { name: 'bids an object', reason: 'invalid_bid', manner: yes('{"amount":500}') },
  { name: 'bids true', reason: 'invalid_bid', manner: yes('true') },
  { name: 'bids null', reason: 'invalid_bid', manner: yes('null') },
  { name: 'bids in euros', reason: 'wrong_currency', manner: yes('"500.00 EUR"') },
  { name: 'bids in pounds', reason: 'wrong_currency', manner: yes('"£500"') },
  {
    name: 'bids in euros beside the amount',
    reason: 'wrong_currency',
    manner: standardBid(500, 'EUR'),
    dialect: 'standard',
  },
  { name: 'bids a negative amount', reason: 'invalid_bid', manner: standardBid(-500, 'USD'), dialect: 'standard' },
  {
    name: 'bids more than its contract allows',
    reason: 'above_max_bid',
    manner: yes('500.01'),
    contract: { max_bid: 500 },
  },
  { name: 'bids less than its contract allows', reason: 'below_min_bid', manner: yes('6'), contract: { min_bid: 7 } },
  { name: 'bids below the floor', reason: 'below_floor', manner: yes('4.999999') },
]

let gavel: ServedGavel
let operator: Operator
let good: HttpBuyer
let arena: Market

beforeAll(async () => {
  gavel = await ServedGavel.start()
  operator = new Operator(gavel.url, OPERATOR_KEY)
  good = await HttpBuyer.start()
  good.whenPinged(bid(50))
  arena = await openMarket(operator, { campaign: CAMPAIGN, buyers: { good: guideContract(good) } })
})

afterAll(async () => {
  await good?.close()
  await gavel?.[Symbol.asyncDispose]()
})

const CAMPAIGN = { floor_price: 5, bid_window_ms: 2_000, deadline_ms: DEADLINE_MS }

/** A contract with a buyer that answers soon or is not waited for. */
function contractOf(urls: BuyerUrls, { contract = {}, dialect }: Partial<Bad>): Contracts {
  const made = dialect === 'standard' ? standardContract(urls) : guideContract(urls)
  const ping = { enabled: true, request: { url: urls.pingUrl, timeout_ms: PING_TIMEOUT_MS } }
  return { ...made, ping, ...contract }
}

/**
 * One lead for new buyers beside the good one, in a campaign that they have left when the next come: nobody's past counts.
 *
 * @returns the auction, which the good buyer must have won
 */
async function auctionWith(contracts: MarketSpec['buyers']): Promise<AuctionWire> {
  const { campaignId, supplier, buyerIds } = arena
  const paths: string[] = []
  for (const [name, contract] of Object.entries(contracts)) {
    const { id } = await operator.create<Made>('/v1/buyers', { name })
    paths.push(`/v1/campaigns/${campaignId}/buyers/${id}`)
    await operator.link(paths.at(-1) ?? '', contract)
  }
  const lead = freshLead()
  const { status, body, text } = await supplier.ingest(campaignId, lead)
  for (const path of paths) await operator.call('DELETE', path)
  expect(status, text).toBe(201)
  expect(body.data).toMatchObject({ status: 'ACCEPTED', buyer_id: buyerIds.good, price: 37.5 })
  expect(good.posts.filter((post) => post.body.includes(lead.phone))).toHaveLength(1)
  return operator.auctionOf(body.data.id)
}

const bidOf = ({ bids }: AuctionWire, name: string) => bids.find(({ buyer_name }) => buyer_name === name)

/** It lost by its ping alone, and took no longer than it may. @returns why */
function expectLost(auction: AuctionWire, name: string) {
  const lost = auction.bids.find(({ buyer_name }) => buyer_name === name)
  expect(lost).toMatchObject({ result: 'lost', post: null })
  expect(lost?.duration_ms).toBeLessThan(PING_TIMEOUT_MS + SLACK_MS)
  return { reason: lost?.reason, detail: lost?.detail ?? '' }
}

describe('a buyer that', () => {
  it.for(BAD.map((bad) => [bad.name, bad] as const))('%s loses, and costs at most its own time', async ([, bad]) => {
    await using buyer = await HttpBuyer.start()
    buyer.whenPinged(bad.manner)
    const auction = await auctionWith({ bad: contractOf(buyer, bad) })
    const { reason, detail } = expectLost(auction, 'bad')
    expect(reason).toBe(bad.reason)
    expect(detail).toMatch(bad.detail ?? '')
    expect(auction.closed_at_ms).toBeLessThan(PING_TIMEOUT_MS + SLACK_MS)
    expect([buyer.pings.length, buyer.posts.length]).toEqual([1, 0])
  })

  it('is as slow as it may be, and as wordy, wins with the same bid', async () => {
    await using buyer = await HttpBuyer.start()
    const wordy = { accepted: true, bid_price: 500, padding: 'x'.repeat(64_000) }
    buyer.whenPinged(after(PING_TIMEOUT_MS / 4, answer(200, wordy)))
    const buyers = { bad: contractOf(buyer, {}), good: guideContract(good) }
    const { campaignId, supplier, buyerIds } = await openMarket(operator, { campaign: CAMPAIGN, buyers })
    const { body } = await supplier.ingest(campaignId, freshLead())
    expect(body.data).toMatchObject({ status: 'ACCEPTED', buyer_id: buyerIds.bad, price: 375 })
  })

  it('does not listen loses at once', async () => {
    const gone = await HttpBuyer.start()
    await gone.close()
    const auction = await auctionWith({ bad: contractOf(gone, {}) })
    expect(expectLost(auction, 'bad').reason).toBe('buyer_error')
  })

  it.for([301, 302, 303, 307, 308])('redirects with %i is not followed', async (status) => {
    await using elsewhere = await HttpBuyer.start()
    elsewhere.whenPinged(bid(500))
    await using buyer = await HttpBuyer.start()
    buyer.whenPinged((response) => void response.writeHead(status, { location: elsewhere.pingUrl }).end())
    const auction = await auctionWith({ bad: contractOf(buyer, {}) })
    expect(expectLost(auction, 'bad')).toEqual({ reason: 'buyer_error', detail: `HTTP ${status}` })
    expect([...elsewhere.pings, ...elsewhere.posts]).toEqual([])
  })

  it.for([
    ['cuts the line before reading', (socket: Socket) => socket.resetAndDestroy()],
    ['hangs up politely before reading', (socket: Socket) => socket.end()],
    ['speaks first, and nonsense', (socket: Socket) => socket.end('220 smtp.buyer.test ESMTP\r\n')],
    ['answers with a header that never ends', (socket: Socket) => endlessHeader(socket)],
    [
      'lies about its length',
      (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n{"accepted":true,"bid_price":500}'),
    ],
    [
      'sends a chunk of a size that is none',
      (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n'),
    ],
  ] as const)('%s loses', async ([, behave]) => {
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      sockets.add(socket.on('error', () => undefined))
      behave(socket)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
    try {
      const auction = await auctionWith({ bad: contractOf({ pingUrl: `${url}/ping`, postUrl: `${url}/post` }, {}) })
      expect(['buyer_error', 'timed_out']).toContain(expectLost(auction, 'bad').reason)
    } finally {
      for (const socket of sockets) socket.destroy()
      server.close()
    }
  })
})

describe('all of them at once', () => {
  it('lose to the good buyer, which waits for none of them longer than their time', async () => {
    const buyers = await Promise.all(
      BAD.map(async (bad) => [bad, (await HttpBuyer.start()).whenPinged(bad.manner)] as const),
    )
    try {
      const contracts = Object.fromEntries(buyers.map(([bad, buyer]) => [bad.name, contractOf(buyer, bad)]))
      const auction = await auctionWith(contracts)
      expect(auction.bids).toHaveLength(BAD.length + 1)
      for (const bad of BAD) expect(bidOf(auction, bad.name)).toMatchObject({ result: 'lost', reason: bad.reason })
      // Six at a time from one object: a buyer's clock starts when its turn comes, and every object has its own six.
      expect(auction.closed_at_ms).toBeLessThan(CAMPAIGN.bid_window_ms + SLACK_MS)
    } finally {
      await Promise.all(buyers.map(([, buyer]) => buyer.close()))
    }
  })
})

describe('a winner that', () => {
  const posted = async (manner: Manner, contract: Contracts = {}) => {
    const winner = await HttpBuyer.start()
    winner.whenPinged(bid(80)).whenPosted(manner)
    const lead = freshLead()
    const { campaignId, supplier } = await openMarket(operator, {
      campaign: { ...CAMPAIGN, post_timeout_ms: 300, deadline_ms: 1_500 },
      buyers: { winner: guideContract(winner, contract), good: fixedContract(good, 50) },
    })
    const startedAt = performance.now()
    const { status, body, text } = await supplier.ingest(campaignId, lead)
    const tookMs = performance.now() - startedAt
    expect([201, 202], text).toContain(status)
    const copies = good.posts.filter((post) => post.body.includes(lead.phone)).length
    return { status, body, tookMs, copies, winner, auction: await operator.auctionOf(body.data.id) }
  }

  it.for([
    ['refuses the lead', refuse()],
    ['has had it before', refuse(409, 'duplicate')],
    ['does not know us any more', refuse(401, 'unauthorized')],
    ['has no such page', answer(404, '<html>nothing here</html>', 'text/html')],
  ] as const)('%s gives way to the next bidder', async ([, manner]) => {
    const { status, body, copies, winner, auction } = await posted(manner)
    await winner.close()
    expect([status, body.data.status, body.data.price]).toEqual([201, 'ACCEPTED', 37.5])
    expect(copies).toBe(1)
    expect(bidOf(auction, 'winner')).toMatchObject({ result: 'lost', reason: 'post_rejected', amount: 80 })
  })

  it.for([
    ['hangs', hang()],
    ['drips', drip()],
    ['cuts the line after reading', cut()],
    ['fails', answer(500, { error: 'sorry' })],
    ['sends half a yes', halfAJson()],
  ] as const)(
    '%s may have the lead: nobody else gets it, and the supplier is told that it is open',
    async ([, manner]) => {
      const { status, body, tookMs, copies, winner, auction } = await posted(manner)
      expect([status, body.data.status]).toEqual([202, 'PENDING'])
      expect(body.data).toMatchObject({ buyer_id: null, price: null })
      expect(tookMs).toBeLessThan(1_500 + SLACK_MS)
      expect(copies).toBe(0)
      expect(winner.posts).toHaveLength(1)
      expect(bidOf(auction, 'winner')).toMatchObject({ result: 'pending', post: { outcome: 'unknown', tries: 1 } })
      expect(auction.status).toBe('pending')
      await winner.close()
    },
  )

  it('redirects the post is not followed', async () => {
    await using elsewhere = await HttpBuyer.start()
    const redirect: Manner = (response) => void response.writeHead(307, { location: elsewhere.postUrl }).end()
    const { body, winner } = await posted(redirect)
    await winner.close()
    expect(body.data.status).toBe('PENDING')
    expect(elsewhere.posts).toEqual([])
  })

  it('takes leads under keys is asked again with the same key and the same bytes, until it says yes', async () => {
    let turn = 0
    const failsTwice: Manner = (response, call) => {
      turn += 1
      return turn < 3 ? cut()(response, call) : answer(201, { id: 'third-time' })(response, call)
    }
    const { body, winner, auction } = await posted(failsTwice, { on_unknown: 'retry' })
    expect(body.data.status).toBe('PENDING')
    const posts = await winner.waitFor('post', 3)
    await winner.close()
    expect(new Set(posts.map((post) => post.body)).size).toBe(1)
    expect(new Set(posts.map((post) => post.headers['idempotency-key'])).size).toBe(1)
    await expect.poll(async () => (await operator.auction(auction.id)).body.status, { timeout: 5_000 }).toBe('sold')
    const { revenue, payout } = (await operator.auction(auction.id)).body
    expect([revenue, payout]).toEqual([80, 60])
  })
})

/** Headers that trickle in for ever. */
function endlessHeader(socket: Socket): void {
  socket.write('HTTP/1.1 200 OK\r\n')
  const timer = setInterval(() => socket.write(`x-more: ${'x'.repeat(100)}\r\n`), 50)
  socket.on('close', () => clearInterval(timer))
}
