/**
 * A thousand auctions at once against a cap of a hundred, with everything as it is deployed, and all of it killed in between.
 */
import { abortAllDurableObjects, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, inject, it, vi } from 'vitest'
import type { AuctionContract, SubmitLead, SubmitResult } from '../../src/contracts/objects'
import { encodeAuctionId } from '../../src/security/public-ids'
import type { ReceivedRequest } from '../support/path-buyer'
import { accountConfiguration, auctionTerms, buyerContract, leadToSubmit, money } from '../support/submit-lead'

const LEADS = 1_000
const CAP = 100
/** So many posts are with the buyer when everything is killed. */
const POSTS_BEFORE_THE_KILL = 40
const TENANT = `tenant_${crypto.randomUUID()}`
const LOG = crypto.randomUUID()

/** How the buyer answers the posts of a lead; whatever it does first, in the end it means yes or no. */
const MANNERS = [
  'accept',
  'accept',
  'accept',
  'reject',
  'accept',
  'retries/hang,accept',
  'reject',
  'retries/late:900,accept',
  'accept',
  'retries/reset,accept',
]
const POST_TIMEOUT_MS = 500

interface Sent {
  readonly id: DurableObjectId
  readonly lead: SubmitLead
  answer: SubmitResult | null
}

function newLead(index: number): Sent {
  const manner = MANNERS[index % MANNERS.length]
  const contract: AuctionContract = buyerContract('capped', {
    pingUrl: null,
    postUrl: `${inject('buyerUrl')}/${LOG}/${manner}`,
    terms: { priceMicros: money(10), postTimeoutMs: POST_TIMEOUT_MS },
  })
  const terms = auctionTerms({ tenantId: TENANT, deadlineMs: 8_000, postTimeoutMs: POST_TIMEOUT_MS })
  return { id: env.AUCTION.newUniqueId(), lead: leadToSubmit({ contracts: [contract], terms }), answer: null }
}

/** Sends a lead, as often as its supplier would. An answer that a crash took is null. */
async function send(sent: Sent): Promise<void> {
  sent.answer ??= await env.AUCTION.get(sent.id)
    .submit(sent.lead)
    .catch(() => null)
}

const account = () => env.BUYER_ACCOUNT.get(env.BUYER_ACCOUNT.idFromName(`${TENANT}/buy_capped`))

/** What the account holds and has sold, by auction. */
function holds(): Promise<{ readonly held: readonly string[]; readonly sold: readonly string[] }> {
  return runInDurableObject(account(), (_, { storage }) => {
    const rows = storage.sql
      .exec<{ auction_id: string; status: string }>('SELECT auction_id, status FROM holds')
      .toArray()
    const inState = (wanted: string) => rows.filter(({ status }) => status === wanted).map((row) => row.auction_id)
    return { held: inState('held'), sold: inState('sold') }
  })
}

async function posts(atLeast = 0): Promise<readonly ReceivedRequest[]> {
  const response = await fetch(`${inject('buyerUrl')}/_log/${LOG}?requests=${atLeast}`)
  return (await response.json()) as readonly ReceivedRequest[]
}

/** The leads that the buyer has taken, by what it was sent and how it answers that: as their posts' keys. */
async function takenKeys(): Promise<ReadonlySet<string>> {
  const byKey = Map.groupBy(await posts(), ({ headers }) => headers['idempotency-key'] ?? '')
  const taken = [...byKey].filter(([, requests]) => {
    const path = requests[0]?.path ?? ''
    if (path.includes('hang') || path.includes('reset')) return requests.length > 1
    return !path.includes('reject')
  })
  return new Set(taken.map(([key]) => key))
}

const keyOf = (objectId: string) => `post_${encodeAuctionId(objectId)}_con_capped`

async function expectWithinCap(): Promise<void> {
  const { held, sold } = await holds()
  expect(held.length + sold.length).toBeLessThanOrEqual(CAP)
}

/** Waits until nobody holds a place that is not sold. */
async function settled(): Promise<number> {
  await vi.waitFor(
    async () => {
      await expectWithinCap()
      expect((await holds()).held).toEqual([])
    },
    { timeout: 40_000, interval: 250 },
  )
  return (await holds()).sold.length
}

describe('a thousand auctions at once', () => {
  it('sell exactly what the cap allows, though the buyer rejects, hangs and is late, and everything dies in between', async () => {
    const caps = [{ period: 'total' as const, timeZone: 'UTC', count: CAP, amountMicros: null, contractId: null }]
    await account().configure(accountConfiguration({ caps }))
    const leads = Array.from({ length: LEADS }, (_, index) => newLead(index))
    const first = Promise.all(leads.map(send))
    await posts(POSTS_BEFORE_THE_KILL)
    await expectWithinCap()
    await abortAllDurableObjects()
    await first
    const lost = leads.filter(({ answer }) => answer === null)
    expect(lost.length).toBeGreaterThan(0)
    // Suppliers ask again, most of them; what the others sent comes to its end by alarms.
    await Promise.all(lost.filter((_, index) => index % 3 > 0).map(send))
    await settled()

    // As long as there is demand, the cap is used up to the last place.
    for (let round = 0; round < 8 && (await settled()) < CAP; round++) {
      await Promise.all(Array.from({ length: 40 }, (_, index) => send(newLead(index))))
    }
    const { sold } = await holds()
    expect(sold).toHaveLength(CAP)
    const more = Array.from({ length: 20 }, (_, index) => newLead(index))
    await Promise.all(more.map(send))
    expect((await holds()).sold).toEqual(sold)

    // Sold is what the buyer has taken, and nothing else; and nothing was sent to it twice under two keys.
    expect([...(await takenKeys())].sort()).toEqual(sold.map(keyOf).sort())
    // The books say the same.
    const ledger = async () => {
      const { results } = await env.DB.prepare('SELECT lead_id FROM ledger WHERE tenant_id = ?1').bind(TENANT).all()
      return results.length
    }
    await expect.poll(ledger, { timeout: 20_000, interval: 200 }).toBe(CAP)
  }, 120_000)
})
