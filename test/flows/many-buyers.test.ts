/** A campaign as large as one may be: many buyers, some with templates as long as one may be. */
import { globSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Made, Operator, type Problem, type Reply } from '../support/gavel-client'
import { bid, HttpBuyer } from '../support/http-buyer'
import { freshLead, guideContract, type Market, openMarket } from '../support/market'
import { OPERATOR_KEY, ServedGavel } from '../support/served-gavel'

/** What the platform allows a value that an object stores; the emulator does not enforce it. */
const MOST_STORED_BYTES = 2_000_000
const USUAL_BUYERS = 40
/** How many have letters that take two bytes each. */
const WIDE_BUYERS = 5
/** Just below what a template may have. */
const TEMPLATE_CHARS = 32_000

let stateDir: string
let gavel: ServedGavel
let operator: Operator
let buyer: HttpBuyer
let market: Market
let buyers = 0

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'gavel-many-'))
  gavel = await ServedGavel.start({ stateDir })
  operator = new Operator(gavel.url, OPERATOR_KEY)
  buyer = await HttpBuyer.start()
  buyer.whenPinged(bid(10))
  market = await openMarket(operator, { buyers: {} })
}, 120_000)

afterAll(async () => {
  await buyer?.close()
  await gavel?.[Symbol.asyncDispose]()
  await rm(stateDir, { recursive: true, force: true, maxRetries: 5 })
})

async function contract(terms: object): Promise<Reply<Problem>> {
  const { id } = await operator.create<Made>('/v1/buyers', { name: `Buyer ${buyers}` })
  return operator.put<Problem>(`/v1/campaigns/${market.campaignId}/buyers/${id}`, terms)
}

/** Adds buyers until no more are taken. @returns what the last was told */
async function addUntilRefused(terms: object): Promise<Reply<Problem>> {
  for (;;) {
    const reply = await contract(terms)
    if (reply.status !== 201) return reply
    buyers += 1
  }
}

describe('a campaign with as many and as large contracts as it may have', () => {
  it('takes forty usual ones, and says where larger ones are too much', async () => {
    for (; buyers < USUAL_BUYERS; buyers++) {
      const terms = { ...guideContract(buyer), preset: ['boberdoo', 'leadexec', 'phonexa'][buyers % 3], price: 10 }
      expect((await contract(terms)).status).toBe(201)
    }
    const large = (letter: string) => {
      const template = { phone: '{{phone}}', terms: letter.repeat(TEMPLATE_CHARS) }
      return { price: 10, post: { request: { url: buyer.postUrl, template } } }
    }
    for (let wide = 0; wide < WIDE_BUYERS; wide++, buyers++) {
      expect((await contract(large('\u20ac'))).status).toBe(201)
    }
    const refused = await addUntilRefused(large('x'))
    expect([refused.status, refused.body.error]).toEqual([409, 'conflict'])
    expect(refused.body.message).toMatch(
      /^The contracts of a campaign are at most 1500 KB together; this one has \d+ KB/,
    )
    expect(buyers).toBeGreaterThan(USUAL_BUYERS + 10)
  }, 120_000)

  it('still sells its leads, and no object stores more than it may', async () => {
    const { status, body, text } = await market.supplier.ingest(market.campaignId, freshLead())
    expect([status, body.data?.status], text).toEqual([201, 'ACCEPTED'])
    expect(buyer.posts).toHaveLength(1)
    expect((await operator.auctionOf(body.data.id)).bids).toHaveLength(buyers)
    await gavel.stop()
    const largest = largestValue(stateDir)
    expect(largest).toBeGreaterThan(1_000_000)
    expect(largest).toBeLessThan(MOST_STORED_BYTES)
  }, 60_000)
})

/** The largest value that any auction stores, in bytes. */
function largestValue(folder: string): number {
  const sizes = globSync('**/*Auction*/**/*.sqlite', { cwd: folder }).map((file) => {
    const database = new DatabaseSync(join(folder, file), { readOnly: true })
    try {
      const isIt = database.prepare("SELECT 1 FROM sqlite_master WHERE name = '_cf_KV'").get() !== undefined
      return isIt ? Number(database.prepare('SELECT max(length(value)) AS n FROM _cf_KV').get()?.n ?? 0) : 0
    } finally {
      database.close()
    }
  })
  return Math.max(0, ...sizes)
}
