/** Sets the market up over the Management API, before the first kill. */
import type { Buyer } from '../buyers/buyer.ts'
import { amountOf } from '../money.ts'
import type { Operator } from '../served/operator.ts'
import {
  type BuyerPlan,
  CAMPAIGNS,
  type CampaignPlan,
  PING_TIMEOUT_MS,
  POST_TIMEOUT_MS,
  SUPPLIERS,
  type SupplierPlan,
} from './plan.ts'

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

interface Made {
  readonly id: string
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

/** @throws unless all of it was made */
export async function openMarket(request: MarketRequest): Promise<OpenMarket> {
  const { operator, buyers } = request
  const suppliers = await makeSuppliers(operator)
  const made = await makeBuyers(request)
  const campaignIds: Record<string, string> = {}
  for (const campaign of CAMPAIGNS) {
    const id = await makeCampaign(operator, campaign, suppliers)
    campaignIds[campaign.name] = id
    for (const name of campaign.buyers) {
      const buyer = buyers.find(({ plan }) => plan.name === name)
      if (buyer === undefined) throw new Error(`no buyer ${name} has been started`)
      await operator.send('PUT', `/v1/campaigns/${id}/buyers/${made.buyerIds[name]}`, contractOf(buyer))
    }
  }
  const supplierOf = ({ name }: SupplierPlan): OpenSupplier => {
    const supplier = suppliers.get(name)
    if (supplier === undefined) throw new Error(`no supplier ${name}`)
    return supplier
  }
  return { campaignIds, supplierOf, ...made }
}

async function makeSuppliers(operator: Operator): Promise<ReadonlyMap<string, OpenSupplier>> {
  const suppliers = new Map<string, OpenSupplier>()
  for (const { name } of SUPPLIERS) {
    const settings = { name, ...UNHURRIED }
    const { id, api_key: key } = await operator.send<Made & { readonly api_key: string }>(
      'POST',
      '/v1/suppliers',
      settings,
    )
    suppliers.set(name, { id, key })
  }
  return suppliers
}

async function makeBuyers({ operator, buyers, leads }: MarketRequest) {
  const buyerIds: Record<string, string> = {}
  const caps: Record<string, number> = {}
  const credits: Record<string, number> = {}
  for (const { plan } of buyers) {
    const cap = capOf(plan, leads)
    const creditMicros = creditOf(plan, leads)
    const limits = cap === null ? {} : { caps: [{ period: 'total', count: cap }] }
    const settings = { name: plan.name, ping_rate: { per_second: 10_000 }, ...limits }
    const { id } = await operator.send<Made>('POST', '/v1/buyers', settings)
    const credit = { amount: amountOf(creditMicros), reference: 'what the torture begins with' }
    await operator.send('POST', `/v1/buyers/${id}/balance`, credit)
    buyerIds[plan.name] = id
    credits[plan.name] = creditMicros
    if (cap !== null) caps[plan.name] = cap
  }
  return { buyerIds, caps, credits }
}

/** A campaign that both suppliers may send to. @returns its id */
async function makeCampaign(
  operator: Operator,
  { name, maxSells, dedupes }: CampaignPlan,
  suppliers: ReadonlyMap<string, OpenSupplier>,
): Promise<string> {
  const dedupe = dedupes ? { fields: ['phone'], days: 30 } : null
  const settings = { name, vertical: 'auto_insurance', max_sells: maxSells, fields: FIELDS, dedupe, ...TIMES }
  const { id } = await operator.send<Made>('POST', '/v1/campaigns', settings)
  for (const supplier of SUPPLIERS) {
    const terms = { cost_mode: 'revenue_share', cost_percent: supplier.sharePpm / 10_000 }
    await operator.send('PUT', `/v1/campaigns/${id}/suppliers/${suppliers.get(supplier.name)?.id}`, terms)
  }
  return id
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
