import { globSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { LeadAnswer } from '../../src/contracts/lead-answer'
import type { LeadWire } from '../../src/contracts/lead-record'
import { Operator, type Problem, type Reply } from '../support/gavel-client'
import { after, answer, bid, HttpBuyer, refuse } from '../support/http-buyer'
import { fixedContract, freshLead, guideContract, type Market, openMarket, standardContract } from '../support/market'
import { OPERATOR_KEY, ServedGavel } from '../support/served-gavel'

const LEADS_A_ROUND = 20
/** Of these, nobody asks again: they must find their end by themselves. */
const FORGOTTEN_A_ROUND = 3
const STAGGER_MS = 8
const BUYER_MS = 100
const MAX_TRIES = 40
const SETTLED_WITHIN = { timeout: 50_000, interval: 500 }

type Answered = Reply<LeadAnswer & Problem>

interface SentLead {
  readonly market: Market
  readonly fields: ReturnType<typeof freshLead>
  readonly key: string
  readonly isForgotten: boolean
  answered: Answered | null
}

/** What has happened by the time of the kill. */
interface Round {
  readonly name: string
  readonly moment: (sent: readonly Promise<unknown>[]) => Promise<unknown>
}

const ROUNDS: readonly Round[] = [
  { name: 'when the leads have just left', moment: () => sleep(15) },
  { name: 'while buyers are asked', moment: () => calls('ping', 15) },
  { name: 'while posts are out', moment: () => calls('post', 8) },
  { name: 'just after the first answer', moment: (sent) => Promise.race(sent) },
  { name: 'when all are answered and the database was told of none', moment: (sent) => Promise.all(sent) },
]

let stateDir: string
let gavel: ServedGavel
/** Bids most and refuses every lead; takes keys, so that it may be asked again. */
let picky: HttpBuyer
/** Takes keys: what became of a post can be asked again. */
let asksAgain: HttpBuyer
/** Takes none: a copy would be a second lead. */
let askedOnce: HttpBuyer
/** Would take whatever is left, and gets it only when another clearly did not. */
let greedy: HttpBuyer
let markets: readonly Market[]
const leads: SentLead[] = []

/** @returns once so many more calls have reached the buyers that win */
async function calls(kind: 'ping' | 'post', count: number): Promise<void> {
  const received = () =>
    kind === 'ping' ? asksAgain.pings.length + askedOnce.pings.length : asksAgain.posts.length + askedOnce.posts.length
  const enough = received() + count
  for (let waited = 0; received() < enough && waited < 5_000; waited += 5) await sleep(5)
}

const operator = () => new Operator(gavel.url, OPERATOR_KEY)

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'gavel-killed-'))
  const start = () => HttpBuyer.start()
  ;[picky, asksAgain, askedOnce, greedy] = await Promise.all([start(), start(), start(), start()])
  const standardBid = (amount: number) => answer(200, { bid: { amount, currency: 'USD', bid_token: `bid_${amount}` } })
  picky.whenPinged(standardBid(130)).whenPosted(refuse())
  asksAgain
    .whenPinged(after(BUYER_MS, standardBid(120)))
    .whenPosted(after(BUYER_MS, answer(201, { buyer_lead_id: 'a' })))
  askedOnce.whenPinged(after(BUYER_MS, bid(80))).whenPosted(after(BUYER_MS, answer(201, { id: 'b' })))
  gavel = await ServedGavel.start({ stateDir })
  markets = [
    await openMarket(operator(), {
      buyers: {
        picky: standardContract(picky),
        asksAgain: standardContract(asksAgain),
        greedy: fixedContract(greedy, 10),
      },
    }),
    await openMarket(operator(), {
      buyers: { askedOnce: guideContract(askedOnce), greedy: fixedContract(greedy, 10) },
    }),
  ]
})

afterAll(async () => {
  await Promise.all([picky, asksAgain, askedOnce, greedy].map((buyer) => buyer?.close()))
  await gavel?.[Symbol.asyncDispose]()
  await rm(stateDir, { recursive: true, force: true, maxRetries: 5 })
})

/** SIGKILL to the whole group: server and runtime die in the middle of whatever they write. */
async function killAll(): Promise<void> {
  process.kill(-(gavel.process.pid ?? 0), 'SIGKILL')
  await gavel.ended()
}

async function send(lead: SentLead): Promise<void> {
  const supplier = lead.market.supplier.at(gavel.url)
  const reply = await supplier.ingest(lead.market.campaignId, lead.fields, { 'idempotency-key': lead.key })
  lead.answered ??= reply
}

/** Asks until there is an answer, as a supplier whose line was cut does. */
async function repeat(lead: SentLead): Promise<void> {
  const supplier = lead.market.supplier.at(gavel.url)
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const reply = await supplier.ingest(lead.market.campaignId, lead.fields, { 'idempotency-key': lead.key })
    if (reply.body.error !== 'idempotency_in_progress') {
      lead.answered = reply
      return
    }
    await sleep(Number(reply.headers.get('retry-after')) * 1_000)
  }
}

const phoneOf = ({ fields }: SentLead) => fields.phone
const sum = (amounts: readonly number[]) => Math.round(amounts.reduce((total, amount) => total + amount, 0) * 100) / 100

/** @returns which buyers hold the lead of this phone: they said yes, or may have */
function holdersOf(phone: string): readonly HttpBuyer[] {
  return [asksAgain, askedOnce, greedy].filter(({ posts }) => posts.some(({ body }) => body.includes(phone)))
}

async function allLeads(): Promise<readonly LeadWire[]> {
  const rows: LeadWire[] = []
  for (let cursor = ''; ; ) {
    const { body } = await operator().leads(`limit=200${cursor === '' ? '' : `&cursor=${cursor}`}`)
    rows.push(...body.data)
    if (body.next_cursor === null) return rows
    cursor = body.next_cursor
  }
}

describe('a server that is killed', () => {
  it.for(ROUNDS.map((round) => [round.name, round] as const))(
    '%s starts again and answers what was left',
    async ([, { name, moment }]) => {
      const round = Array.from({ length: LEADS_A_ROUND }, (_, index): SentLead => {
        const market = markets[index % markets.length] as Market
        const key = `${name} ${index}`
        return { market, fields: freshLead(), key, isForgotten: index < FORGOTTEN_A_ROUND, answered: null }
      })
      leads.push(...round)
      const sent = round.map((lead, index) => sleep(index * STAGGER_MS).then(() => send(lead)))
      const settled = Promise.allSettled(sent)
      await moment(sent)
      await killAll()
      await settled
      gavel = await gavel.again()
      const unanswered = round.filter((lead) => lead.answered === null && !lead.isForgotten)
      await Promise.all(unanswered.map(repeat))
      for (const { answered, isForgotten } of round) {
        if (!isForgotten || answered !== null) expect([201, 202]).toContain(answered?.status)
      }
    },
  )

  it('has every lead that it ever answered, with the same answer to the same request', async () => {
    const answered = leads.filter((lead) => lead.answered !== null)
    expect(answered.length).toBeGreaterThanOrEqual(ROUNDS.length * (LEADS_A_ROUND - FORGOTTEN_A_ROUND))
    expect(new Set(answered.map((lead) => lead.answered?.body.data.id)).size).toBe(answered.length)
    for (const lead of answered) {
      const supplier = lead.market.supplier.at(gavel.url)
      const again = await supplier.ingest(lead.market.campaignId, lead.fields, { 'idempotency-key': lead.key })
      expect([again.status, again.text]).toEqual([lead.answered?.status, lead.answered?.text])
      expect(again.headers.get('idempotent-replayed')).toBe('true')
    }
  })

  it(
    'brings every auction to its end by itself, and the database up to date',
    async () => {
      await vi.waitFor(async () => {
        const rows = await allLeads()
        const byId = new Map(rows.map((row) => [row.id, row]))
        for (const { answered } of leads) if (answered !== null) expect(byId.has(answered.body.data.id)).toBe(true)
        // What is open for good is left to a person: a buyer that takes no keys may have the lead, or it died on its way.
        const open = rows.filter(({ status }) => status === 'pending')
        for (const { fields, campaign_id } of open) {
          expect(campaign_id).toBe(markets[1]?.campaignId)
          expect([[], [askedOnce], [greedy]]).toContainEqual(holdersOf(String(fields?.phone)))
        }
        // Whoever may have been sold is there, whether its supplier was told or not.
        const phones = new Set(rows.map(({ fields }) => fields?.phone))
        for (const lead of leads) if (holdersOf(phoneOf(lead)).length > 0) expect(phones).toContain(phoneOf(lead))
      }, SETTLED_WITHIN)
    },
    SETTLED_WITHIN.timeout + 10_000,
  )

  it('never let two buyers have one lead, nor one buyer have it twice', () => {
    for (const lead of leads) {
      const phone = phoneOf(lead)
      const holders = holdersOf(phone)
      expect(holders.length).toBeLessThanOrEqual(1)
      for (const { posts } of [picky, ...holders]) {
        const keys = posts.filter(({ body }) => body.includes(phone)).map(({ headers }) => headers['idempotency-key'])
        expect(new Set(keys).size).toBeLessThanOrEqual(1)
      }
      expect(askedOnce.posts.filter(({ body }) => body.includes(phone)).length).toBeLessThanOrEqual(1)
    }
  })

  it('sent every copy of a post under its first key, byte for byte', () => {
    const byKey = Map.groupBy([...picky.posts, ...asksAgain.posts], ({ headers }) => headers['idempotency-key'])
    for (const copies of byKey.values()) expect(new Set(copies.map(({ body }) => body)).size).toBe(1)
    expect([...byKey.values()].some((copies) => copies.length > 1)).toBe(true)
  })

  it('says of each lead what it said to its supplier, or what became of it since', async () => {
    for (const { answered, market } of leads) {
      if (answered === null) continue
      const { body } = await market.supplier.at(gavel.url).lead(answered.body.data.id)
      if (answered.body.data.status !== 'PENDING') expect(body).toEqual(answered.body)
      else expect(['PENDING', 'ACCEPTED', 'UNMATCHED']).toContain(body.data.status)
    }
  })

  it('reports the sum of what was sold, to the cent', async () => {
    await vi.waitFor(async () => {
      const rows = await allLeads()
      const sold = rows.filter(({ status }) => status === 'sold')
      expect(sold.length).toBeGreaterThan(leads.length / 2)
      for (const { fields, revenue } of sold) {
        const [holder] = holdersOf(String(fields?.phone))
        expect(revenue).toBe(holder === asksAgain ? 120 : holder === askedOnce ? 80 : 10)
      }
      const { body } = await operator().pnl('group_by=buyer')
      expect(body.totals).toMatchObject({
        leads: rows.length,
        sold: sold.length,
        sales: sold.length,
        revenue: sum(sold.map(({ revenue }) => revenue)),
        payout: sum(sold.map(({ payout }) => payout)),
      })
      expect(sum(body.rows.map(({ revenue }) => revenue))).toBe(body.totals.revenue)
    })
  })

  it('charged every sale once', async () => {
    const sold = (await allLeads()).filter(({ status }) => status === 'sold')
    await gavel.stop()
    const ledger = ledgerIn(stateDir)
    expect(ledger.map(({ lead_id }) => lead_id).sort()).toEqual(sold.map(({ id }) => id).sort())
    expect(sum(ledger.map(({ revenue_micros }) => revenue_micros / 1_000_000))).toBe(
      sum(sold.map(({ revenue }) => revenue)),
    )
  })
})

interface LedgerRow {
  readonly lead_id: string
  readonly revenue_micros: number
}

/** The ledger as it stands on the disk, whichever of the state's databases it is in. */
function ledgerIn(folder: string): readonly LedgerRow[] {
  return globSync('**/*.sqlite', { cwd: folder }).flatMap((file) => {
    const database = new DatabaseSync(join(folder, file), { readOnly: true })
    try {
      const isIt = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'ledger'").get() !== undefined
      return isIt
        ? (database.prepare('SELECT lead_id, revenue_micros FROM ledger').all() as unknown as LedgerRow[])
        : []
    } finally {
      database.close()
    }
  })
}
