/** Leads as the edge lets them in, contracts with their endpoints, and what objects are configured with; all with overrides. */
import { resolveContract } from '../../src/buyers/contract/resolve'
import type { AuctionContract, AuctionTerms, SubmitLead } from '../../src/contracts/auction-lead'
import type { AccountConfiguration } from '../../src/contracts/buyer-account'
import type { BuyerContractInput } from '../../src/contracts/buyer-contract'
import { packContract } from '../../src/contracts/packed-contract'
import type { GateConfiguration } from '../../src/contracts/supplier-gate'
import type { ContractTerms, SourceLink } from '../../src/core/campaign/campaign'

const MICROS = 1_000_000

/** @returns an amount of money in micros */
export function money(amount: number): number {
  return Math.round(amount * MICROS)
}

/** Values that must never be found in a ping, a trace or a projection. */
export const PERSON = {
  first_name: 'Maria',
  last_name: 'Garcia',
  email: 'maria.garcia@example.com',
  phone: '5125550100',
} as const

export type LeadOverrides = Partial<Omit<SubmitLead, 'contracts'>> & {
  readonly contracts?: readonly AuctionContract[]
}

let count = 0

/** A lead from Texas for a campaign without a floor; the supplier gets 75 % of what a buyer pays. */
export function leadToSubmit({ contracts = [], ...overrides }: LeadOverrides = {}): SubmitLead {
  count += 1
  return {
    fingerprint: `fingerprint ${count}`,
    terms: auctionTerms(),
    link: sourceLink(),
    fields: { ...PERSON, state: 'TX', zip: '77002', ai_quality_score: 0.84 },
    piiFields: Object.keys(PERSON),
    contracts: contracts.map(packContract),
    refusals: [],
    sealedSecrets: {},
    identity: null,
    receivedAt: '2026-11-20T10:15:00.000Z',
    ...overrides,
  }
}

export function auctionTerms(overrides: Partial<AuctionTerms> = {}): AuctionTerms {
  return {
    tenantId: 'live',
    campaignId: 'camp_1',
    campaignVersion: 1,
    campaignName: 'Auto insurance',
    vertical: 'auto_insurance',
    subVertical: 'non_standard',
    distribution: 'ping_post',
    currency: 'USD',
    floorMicros: 0,
    maxSells: 1,
    bidWindowMs: 2_000,
    postTimeoutMs: 2_000,
    deadlineMs: 5_000,
    ...overrides,
  }
}

export function sourceLink(overrides: Partial<SourceLink> = {}): SourceLink {
  return {
    supplierId: 'sup_1',
    supplierName: 'Leads and more',
    active: true,
    payout: { cost: { mode: 'revenue_share', share: 750_000 }, minPayoutMicros: null, maxPayoutMicros: null },
    testMode: false,
    capped: { leads: false, payouts: false, pings: false },
    ...overrides,
  }
}

export interface ContractOptions {
  /** Null for a buyer that takes part with its price. */
  readonly pingUrl: string | null
  readonly postUrl: string
  readonly terms?: Partial<ContractTerms>
  /** Members of the contract as operators write it. */
  readonly contract?: Partial<BuyerContractInput>
}

/** A contract in the guide's dialect, `con_<name>` of `buy_<name>`, whose buyer honours idempotency keys. */
export function buyerContract(
  name: string,
  { pingUrl, postUrl, terms = {}, contract = {} }: ContractOptions,
): AuctionContract {
  const written: BuyerContractInput = {
    on_unknown: 'retry',
    ping: pingUrl === null ? null : { enabled: true, request: { url: pingUrl } },
    post: {
      request: { url: postUrl },
      answer: { accepted: [{ path: 'id', op: 'exists' }], reference: ['id'], reason: ['error'] },
    },
    ...contract,
  }
  const endpoints = resolveContract(written)
  return {
    endpoints,
    terms: {
      id: `con_${name}`,
      buyerId: `buy_${name}`,
      buyerName: `Buyer ${name}`,
      active: true,
      priceMicros: endpoints.priceMicros ?? 0,
      priority: 1,
      weight: 1,
      tier: 1,
      minBidMicros: null,
      maxBidMicros: null,
      bidValidMs: 300_000,
      onUnknown: endpoints.onUnknown,
      filters: [],
      pings: endpoints.ping !== null,
      pingTimeoutMs: 1_500,
      postTimeoutMs: 2_000,
      ...terms,
    },
  }
}

export function accountConfiguration(overrides: Partial<AccountConfiguration> = {}): AccountConfiguration {
  return { version: 1, active: true, caps: [], budgets: [], ...overrides }
}

export function gateConfiguration(overrides: Partial<GateConfiguration> = {}): GateConfiguration {
  return { version: 1, active: true, links: {}, ...overrides }
}
