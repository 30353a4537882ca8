/**
 * A campaign with its supplier and buyers, made over the Management API as an operator makes it.
 *
 * Each market is new, so that tests of one served process never see one another's leads.
 */
import type { BuyerContractInput } from '../../src/contracts/buyer-contract'
import type { Made, Operator, Supplier } from './gavel-client'

export interface MarketSpec {
  /** Members of the campaign besides its name and vertical. */
  readonly campaign?: object
  /** Terms of the source link; 75 % of the revenue where left out. */
  readonly link?: object
  /** Contracts by the name of their buyer. */
  readonly buyers: { readonly [name: string]: Partial<BuyerContractInput> }
}

export interface Market {
  readonly campaignId: string
  readonly supplier: Supplier
  /** By name. */
  readonly buyerIds: { readonly [name: string]: string }
}

export const CONTACT_FIELDS = ['first_name', 'last_name', 'phone', 'email'].map((name) => {
  const type = name === 'phone' || name === 'email' ? name : 'string'
  return { name, type, required: true, required_on: 'post' }
})

const REVENUE_SHARE = { cost_mode: 'revenue_share', cost_percent: 75 }

export async function openMarket(operator: Operator, { campaign, link, buyers }: MarketSpec): Promise<Market> {
  const settings = { name: 'Auto insurance, Texas', vertical: 'auto_insurance', ...campaign }
  const { id: campaignId } = await operator.create<Made>('/v1/campaigns', settings)
  const supplier = await operator.createSupplier('Austin Leads')
  await operator.link(`/v1/campaigns/${campaignId}/suppliers/${supplier.id}`, { ...REVENUE_SHARE, ...link })
  const buyerIds: Record<string, string> = {}
  for (const [name, contract] of Object.entries(buyers)) {
    const { id } = await operator.create<Made>('/v1/buyers', { name })
    await operator.link(`/v1/campaigns/${campaignId}/buyers/${id}`, contract)
    buyerIds[name] = id
  }
  return { campaignId, supplier, buyerIds }
}

let lastNumber = 0

/** @returns a lead of a person whom no other lead of this test file is about */
export function freshLead<Overrides extends object>(overrides?: Overrides) {
  lastNumber += 1
  const number = String(lastNumber).padStart(4, '0')
  return {
    first_name: 'Maria',
    last_name: `Garcia-${number}`,
    phone: `512555${number}`,
    email: `maria.${number}@mail.test`,
    ...(overrides as Overrides),
  }
}

/** Where a buyer is reached. */
export interface BuyerUrls {
  readonly pingUrl: string
  readonly postUrl: string
}

/** @returns a contract in the guide's dialect, with everything left to its default */
export function guideContract({ pingUrl, postUrl }: BuyerUrls, overrides: Partial<BuyerContractInput> = {}) {
  const ping = { enabled: true, request: { url: pingUrl } }
  return { ping, post: { request: { url: postUrl } }, ...overrides } satisfies BuyerContractInput
}

/** @returns a contract in the dialect of the exchange itself, which needs two URLs only */
export function standardContract(buyer: BuyerUrls, overrides: Partial<BuyerContractInput> = {}) {
  return { ...guideContract(buyer), preset: 'standard', ...overrides } satisfies BuyerContractInput
}

/** @returns a contract of a buyer that has no ping and takes leads at its price */
export function fixedContract({ postUrl }: BuyerUrls, price: number) {
  return { price, post: { request: { url: postUrl } } } satisfies BuyerContractInput
}
