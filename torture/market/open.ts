/** Sets the market up over the Management API, before the first kill. */
import type { Buyer } from '../buyers/buyer.ts'
import { amountOf } from '../money.ts'
import type { Operator } from '../served/operator.ts'
import { type BuyerPlan, CAMPAIGNS, PING_TIMEOUT_MS, POST_TIMEOUT_MS, SUPPLIERS, type SupplierPlan } from './plan.ts'

export interface OpenSupplier {
  readonly id: string
  readonly key: string
}

export interface OpenMarket {
  /** By name, as all of these. */
  readonly campaignIds: { readonly [name: string]: string }
  readonly buyerIds: { readonly [name: string]: string }
  /** How many leads its cap lets through; left out without a cap. */
  readonly caps: { readonly [buyer: string]: number }
  /** What was credited to its balance, in micros. */
  readonly credits: { readonly [buyer: string]: number }
  readonly supplierOf: (plan: SupplierPlan) => OpenSupplier
}

export interface MarketRequest {
  readonly operator: Operator
  readonly buyers: readonly Buyer[]
  /** How many leads there will be, about: caps and balances are made so that they run out on the way. */
  readonly leads: number
}

/** So much that it never runs out; credited so that the account tells what was spent of it. */
const ENDLESS_MICROS = 1_000_000_000_000

const FIELDS = [
  ...['first_name', 'last_name', 'phone', 'email'].map((name) => {
    const type = name === 'phone' || name === 'email' ? name : 'string'
    return { name, type, required: true, required_on: 'post' }
  }),
  { name: 'state', type: 'state' },
  { name: 'zip', type: 'zip' },
]

const TIMES = { bid_window_ms: PING_TIMEOUT_MS + 50, post_timeout_ms: POST_TIMEOUT_MS, deadline_ms: 1_500 }
const UNHURRIED = { rate_limit: { per_second: 10_000 }, max_concurrent_auctions: 10_000 }

export async function openMarket({ operator, buyers, leads }: MarketRequest): Promise<OpenMarket> {
  const create = async (path: string, body: object): Promise<{ readonly id: string; readonly api_key?: string }> =>
    operator.send('POST', path, body)
  const suppliers = new Map<string, OpenSupplier>()
  for (const { name } of SUPPLIERS) {
    const { id, api_key: key = '' } = await create('/v1/suppliers', { name, ...UNHURRIED })
    suppliers.set(name, { id, key })
  }
  const buyerIds: Record<string, string> = {}
  const caps: Record<string, number> = {}
  const credits: Record<string, number> = {}
  for (const { plan } of buyers) {
    const cap = capOf(plan, leads)
    if (cap !== null) caps[plan.name] = cap
    credits[plan.name] = creditOf(plan, leads)
    const { id } = await create('/v1/buyers', {
      name: plan.name,
      ping_rate: { per_second: 10_000 },
      ...(cap !== null && { caps: [{ period: 'total', count: cap }] }),
    })
    buyerIds[plan.name] = id
    const credit = { amount: amountOf(credits[plan.name] ?? 0), reference: 'what the torture begins with' }
    await create(`/v1/buyers/${id}/balance`, credit)
  }
  const campaignIds: Record<string, string> = {}
  for (const campaign of CAMPAIGNS) {
    const { id } = await create('/v1/campaigns', {
      name: campaign.name,
      vertical: 'auto_insurance',
      max_sells: campaign.maxSells,
      fields: FIELDS,
      ...TIMES,
      ...(campaign.dedupes && { dedupe: { fields: ['phone'], days: 30 } }),
    })
    campaignIds[campaign.name] = id
    for (const { name, sharePpm } of SUPPLIERS) {
      const terms = { cost_mode: 'revenue_share', cost_percent: sharePpm / 10_000 }
      await operator.send('PUT', `/v1/campaigns/${id}/suppliers/${suppliers.get(name)?.id}`, terms)
    }
    for (const name of campaign.buyers) {
      const buyer = buyers.find(({ plan }) => plan.name === name)
      if (buyer === undefined) throw new Error(`no buyer ${name} has been started`)
      await operator.send('PUT', `/v1/campaigns/${id}/buyers/${buyerIds[name]}`, contractOf(buyer))
    }
  }
  const supplierOf = ({ name }: SupplierPlan): OpenSupplier => {
    const supplier = suppliers.get(name)
    if (supplier === undefined) throw new Error(`no supplier ${name}`)
    return supplier
  }
  return { campaignIds, buyerIds, caps, credits, supplierOf }
}

function capOf({ capShare }: BuyerPlan, leads: number): number | null {
  return capShare === null ? null : Math.max(2, Math.round(capShare * leads))
}

function creditOf({ balanceShare, bids }: BuyerPlan, leads: number): number {
  return balanceShare === null ? ENDLESS_MICROS : Math.max(2, Math.round(balanceShare * leads)) * bids[1]
}

function contractOf({ plan, url }: Buyer): object {
  const on_unknown = plan.honoursKeys ? 'retry' : 'hold'
  const post = { url: `${url}/post`, timeout_ms: POST_TIMEOUT_MS }
  if (plan.priceMicros === null) {
    const ping = { enabled: true, request: { url: `${url}/ping`, timeout_ms: PING_TIMEOUT_MS } }
    return { preset: 'standard', on_unknown, ping, post: { request: post } }
  }
  // A 200 alone is no yes: nonsense must stay unknown.
  const answer = { accepted: [{ path: 'lead_id', op: 'exists' }], reference: ['lead_id'], reason: ['error'] }
  return { price: amountOf(plan.priceMicros), on_unknown, post: { request: post, answer } }
}
