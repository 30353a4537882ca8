/** The objects as they are deployed: with their own services, queues and database, and nothing put in place of anything. */
import {
  abortAllDurableObjects,
  createExecutionContext,
  createMessageBatch,
  evictDurableObject,
  getQueueResult,
} from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { SubmitResult } from '../../src/contracts/auction'
import type { SubmitLead } from '../../src/contracts/auction-lead'
import type { AuctionView } from '../../src/contracts/auction-view'
import { encodeAuctionId } from '../../src/security/public-ids'
import { SealedBox } from '../../src/security/sealed-box'
import worker from '../../workers/index'
import { testBindings } from '../support/bindings'
import { accountConfiguration, auctionTerms, type LeadOverrides, money, PERSON } from '../support/submit-lead'
import { answerIn, leadFor, postsOf } from './support/played-auction'
import { TestBuyer } from './support/test-buyer'

/** An auction of a tenant of its own, so that the rows of one test are not those of another. */
function newAuction() {
  const id = env.AUCTION.newUniqueId()
  const tenantId = `tenant_${id.toString().slice(0, 12)}`
  const stub = () => env.AUCTION.get(id)
  return {
    tenantId,
    auctionId: encodeAuctionId(id.toString()),
    stub,
    submit: (lead: SubmitLead): Promise<SubmitResult> => stub().submit(lead),
    view: async (): Promise<AuctionView> => (await stub().view(tenantId)) as AuctionView,
    leadOf: (buyers: readonly TestBuyer[], overrides: LeadOverrides = {}) =>
      leadFor(buyers, { terms: auctionTerms({ tenantId }), ...overrides }),
  }
}

async function rowsOf(
  table: 'leads' | 'ledger' | 'rollups',
  tenantId: string,
): Promise<readonly Record<string, unknown>[]> {
  const { results } = await env.DB.prepare(`SELECT * FROM ${table} WHERE tenant_id = ?1`).bind(tenantId).all()
  return results
}

/** Waits for the queue, which takes its time. */
async function whenStored(tenantId: string, status: string) {
  const isStored = async () => (await rowsOf('leads', tenantId))[0]?.status
  await expect.poll(isStored, { timeout: 15_000, interval: 50 }).toBe(status)
}

describe('a sale', () => {
  it('is in the database soon after: the lead, one row in the ledger, one in the rollups; and again changes nothing', async () => {
    const buyers = [new TestBuyer('a', { ping: 'bid/120' }), new TestBuyer('b', { ping: 'bid/100' })]
    const { tenantId, auctionId, stub, submit, view, leadOf } = newAuction()
    expect(answerIn(await submit(leadOf(buyers)))).toMatchObject({ status: 'ACCEPTED', price: 90 })
    await whenStored(tenantId, 'sold')
    const read = async () => {
      return {
        leads: await rowsOf('leads', tenantId),
        ledger: await rowsOf('ledger', tenantId),
        rollups: await rowsOf('rollups', tenantId),
      }
    }
    const stored = await read()
    expect(stored.leads).toMatchObject([
      { auction_id: auctionId, sequence: 1, buyer_id: 'buy_a', revenue_micros: money(120), payout_micros: money(90) },
    ])
    expect(stored.ledger).toMatchObject([
      { kind: 'sale', contract_id: 'con_a', revenue_micros: money(120), payout_micros: money(90) },
    ])
    expect(stored.rollups.map(({ leads, sales }) => [leads, sales])).toContainEqual([1, 1])
    for (const value of Object.values(PERSON)) expect(JSON.stringify(stored)).not.toContain(value)

    // The same message once more, as a queue may deliver it.
    const lead = stored.leads[0] ?? {}
    const { sealed_fields: sealedFields, sealed_key: sealedKey, id: leadId } = lead
    const { bids, settledAt, receivedAt, closeToPostMs, supplierId, campaignId } = await view()
    const body = {
      kind: 'lead',
      auctionId,
      leadId,
      sequence: 1,
      tenantId,
      campaignId,
      supplierId,
      status: 'sold',
      reason: null,
      test: false,
      currency: 'USD',
      receivedAt,
      settledAt,
      closeToPostMs,
      sales: [
        { contractId: 'con_a', buyerId: 'buy_a', revenueMicros: money(120), payoutMicros: money(90), at: settledAt },
      ],
      bids: bids.map(({ contractId, buyerId, priceMicros, reason }) => {
        return { contractId, buyerId, priceMicros, reason, durationMs: 1 }
      }),
      sealedFields,
      sealedKey,
    }
    const message = { id: 'twice', timestamp: new Date(), attempts: 2, body }
    const batch = createMessageBatch('gavel-projection', [message])
    await worker.queue(batch, env)
    expect((await getQueueResult(batch, createExecutionContext())).explicitAcks).toEqual(['twice'])
    expect(await read()).toEqual(stored)
    expect((await view()).trace.filter(({ step }) => step === 'acknowledged')).toHaveLength(1)
    expect(await stub().retryPost('con_a', 2)).toBe(false)
  }, 20_000)

  it('comes about by the retry queue where the first post had no answer', async () => {
    const buyer = new TestBuyer('a', { ping: 'bid/120', post: 'turns/reset,accept' })
    const { tenantId, submit, leadOf, view } = newAuction()
    expect(answerIn(await submit(leadOf([buyer]))).status).toBe('PENDING')
    await buyer.posts({ requests: 2 })
    await whenStored(tenantId, 'sold')
    expect((await rowsOf('leads', tenantId))[0]).toMatchObject({ sequence: 2 })
    expect(await rowsOf('ledger', tenantId)).toHaveLength(1)
    expect((await view()).bids[0]?.post).toMatchObject({ tries: 2, outcome: 'accepted' })
    expect(await postsOf([buyer])).toEqual([2])
  }, 20_000)

  it('is made with the credentials that only the box can open', async () => {
    const box = new SealedBox([{ kid: '', secret: new Uint8Array(Buffer.from(testBindings.MASTER_KEY, 'base64url')) }])
    const sealed = await box.seal(JSON.stringify({ 'post.request.auth.token': 'token-of-a' }), 'buyer-secrets')
    const buyer = new TestBuyer('a', { ping: 'bid/120', auth: 'bearer' })
    const { submit, leadOf } = newAuction()
    await submit(leadOf([buyer], { sealedSecrets: { con_a: sealed } }))
    expect((await buyer.posts())[0]?.headers.authorization).toBe('Bearer token-of-a')
  })

  it('does not happen to a buyer that is paused at that moment', async () => {
    const buyers = [new TestBuyer('a', { ping: 'bid/120' }), new TestBuyer('b', { ping: 'bid/100' })]
    const { tenantId, submit, leadOf, view } = newAuction()
    const account = env.BUYER_ACCOUNT.get(env.BUYER_ACCOUNT.idFromName(`${tenantId}/buy_a`))
    await account.configure(accountConfiguration({ active: false }))
    expect(answerIn(await submit(leadOf(buyers))).buyer_id).toBe('buy_b')
    expect((await view()).bids[0]).toMatchObject({ reason: 'paused' })
    expect(await postsOf(buyers)).toEqual([0, 1])
  })

  it('of ten leads at once fills a cap of three and goes to the next bidder for the rest', async () => {
    const buyers = [new TestBuyer('a', { ping: 'bid/120' }), new TestBuyer('b', { ping: 'bid/100' })]
    const { tenantId } = newAuction()
    const account = env.BUYER_ACCOUNT.get(env.BUYER_ACCOUNT.idFromName(`${tenantId}/buy_a`))
    const cap = { period: 'total' as const, timeZone: 'UTC', count: 3, amountMicros: null, contractId: null }
    await account.configure(accountConfiguration({ caps: [cap] }))
    const auctions = Array.from({ length: 10 }, newAuction)
    const lead = () => leadFor(buyers, { terms: auctionTerms({ tenantId }) })
    const results = await Promise.all(auctions.map((auction) => auction.submit(lead())))
    expect(results.map((result) => answerIn(result).buyer_id).toSorted()).toEqual([
      ...Array(3).fill('buy_a'),
      ...Array(7).fill('buy_b'),
    ])
    expect(await postsOf(buyers)).toEqual([3, 7])
  })
})

describe('an auction that leaves memory', () => {
  it('by eviction after its sale answers the same, and shows the same', async () => {
    const buyer = new TestBuyer('a', { ping: 'bid/120' })
    const { submit, view, leadOf, stub, tenantId } = newAuction()
    const lead = leadOf([buyer])
    const answer = await submit(lead)
    await whenStored(tenantId, 'sold')
    const before = await view()
    await evictDurableObject(stub())
    expect(await submit(lead)).toEqual({ ...answer, replayed: true })
    expect(await view()).toEqual(before)
    expect(await postsOf([buyer])).toEqual([1])
  }, 20_000)

  it('by a crash with its post out is pending, and is sold by the retry queue to the same buyer', async () => {
    const buyers = [
      new TestBuyer('a', { ping: 'bid/120', post: 'turns/hang,accept' }),
      new TestBuyer('b', { ping: 'bid/100' }),
    ]
    const { submit, leadOf, tenantId } = newAuction()
    const lead = leadOf(buyers)
    const lost = submit(lead).catch(() => 'lost')
    await buyers[0]?.posts({ requests: 1 })
    await abortAllDurableObjects()
    expect(await lost).toBe('lost')
    expect(answerIn(await submit(lead)).status).toBe('PENDING')
    await buyers[0]?.posts({ requests: 2 })
    await whenStored(tenantId, 'sold')
    expect(await postsOf(buyers)).toEqual([2, 0])
  }, 20_000)
})
