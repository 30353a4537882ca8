import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TEST_BUYER_MANNERS } from '../../src/buyers/test-buyer'
import type { BuyerContractInput } from '../../src/contracts/buyer-contract'
import { type Made, Operator, type Problem } from '../support/gavel-client'
import { freshLead, openMarket } from '../support/market'
import { OPERATOR_KEY, SANDBOX_KEY, ServedGavel } from '../support/served-gavel'

const HOST = 'https://test-buyer.invalid'
type Named = { readonly buyer_name: string; readonly result: string; readonly reason: string | null }

let gavel: ServedGavel
let sandbox: Operator
let live: Operator

beforeAll(async () => {
  gavel = await ServedGavel.start()
  sandbox = new Operator(gavel.url, SANDBOX_KEY)
  live = new Operator(gavel.url, OPERATOR_KEY)
})

afterAll(async () => {
  await gavel?.[Symbol.asyncDispose]()
})

function contract(manner: string, query = '', preset: string | null = 'standard') {
  const ping = { enabled: true, request: { url: `${HOST}/${manner}/ping${query}`, timeout_ms: 500 } }
  return { preset, ping, post: { request: { url: `${HOST}/${manner}/post`, timeout_ms: 500 } } } as BuyerContractInput
}

async function sold(buyers: { readonly [name: string]: BuyerContractInput }) {
  const { supplier, campaignId } = await openMarket(sandbox, { buyers })
  const { body } = await supplier.ingest(campaignId, freshLead())
  const { auction_id: auctionId } = (await sandbox.lead(body.data.id)).body
  const { bids } = (await sandbox.get<{ bids: readonly Named[] }>(`/v1/auctions/${auctionId}`)).body
  return { ...body.data, reasons: Object.fromEntries(bids.map(({ buyer_name, reason }) => [buyer_name, reason])) }
}

describe('the built-in test buyers', () => {
  it.for(['standard', null])('bid, decline, stall, answer nonsense and reject the post (preset %s)', async (preset) => {
    const query: { readonly [manner: string]: string } = { bid: '?amount=38.50', reject: '?amount=40' }
    const buyers = TEST_BUYER_MANNERS.map((manner) => [manner, contract(manner, query[manner], preset)] as const)
    const lead = await sold(Object.fromEntries(buyers))
    expect(lead).toMatchObject({ status: 'ACCEPTED', price: 28.875 })
    expect(lead.reasons).toEqual({
      bid: null,
      decline: 'declined',
      stall: 'timed_out',
      nonsense: 'buyer_error',
      reject: 'post_rejected',
    })
  })

  it('bid what no exchange may take, where they are asked to', async () => {
    const lead = await sold({ below: contract('bid', '?amount=-1'), euro: contract('bid', '?amount=5&currency=EUR') })
    expect(lead).toMatchObject({ status: 'UNMATCHED', reasons: { below: 'invalid_bid', euro: 'wrong_currency' } })
  })

  it('are for the sandbox alone', async () => {
    const { id: campaignId } = await live.create<Made>('/v1/campaigns', { name: 'Live', vertical: 'auto' })
    const { id } = await live.create<Made>('/v1/buyers', { name: 'Live' })
    const put = (written: object) =>
      live.call<Problem>('PUT', `/v1/campaigns/${campaignId}/buyers/${id}`, { json: written })
    const { status, body } = await put(contract('bid'))
    expect([status, body.field_errors?.map(({ field }) => field)]).toEqual([
      422,
      ['ping.request.url', 'post.request.url'],
    ])
    const spelled = { price: 5, post: { request: { url: 'https://TEST-buyer.invalid:8443/bid/post' } } }
    expect((await put(spelled)).status).toBe(422)
  })
})
