/** Messages of auctions, with overrides. Each auction gets ids of its own, so that tests share a database. */
import type { LeadProjection, ProjectedSale } from '../../src/contracts/projection'

let count = 0

/** @returns a text that no other call returned in this test file */
export function fresh(prefix: string): string {
  count += 1
  return `${prefix}_${String(count).padStart(6, '0')}`
}

/** A lead that `buy_a` bought for 120.00, of which the supplier gets 90.00. */
export function soldLead(overrides: Partial<LeadProjection> = {}): LeadProjection {
  const number = fresh('')
  return {
    kind: 'lead',
    auctionId: `auc${number}`,
    leadId: `ld${number}`,
    sequence: 1,
    tenantId: 'live',
    campaignId: 'camp_1',
    supplierId: 'sup_1',
    status: 'sold',
    reason: null,
    test: false,
    currency: 'USD',
    receivedAt: '2026-11-20T10:15:00.000Z',
    settledAt: '2026-11-20T10:15:01.000Z',
    closeToPostMs: 42,
    sales: [sale('a')],
    bids: [
      { contractId: 'con_a', buyerId: 'buy_a', priceMicros: 120_000_000, reason: null, durationMs: 80 },
      { contractId: 'con_b', buyerId: 'buy_b', priceMicros: 100_000_000, reason: 'outbid', durationMs: 95 },
      { contractId: 'con_c', buyerId: 'buy_c', priceMicros: null, reason: 'timed_out', durationMs: 1500 },
    ],
    sealedFields: 'v1.fields',
    sealedKey: 'v1.key',
    sealedDetails: 'v1.details',
    detailsKey: 'v1.details-key',
    contactKeys: [`phone of${number}`, `email of${number}`],
    ...overrides,
  }
}

/** The same lead while its winner's answer is not known. */
export function pendingLead(overrides: Partial<LeadProjection> = {}): LeadProjection {
  return soldLead({ status: 'pending', sales: [], settledAt: null, closeToPostMs: null, ...overrides })
}

export function unsoldLead(overrides: Partial<LeadProjection> = {}): LeadProjection {
  return soldLead({ status: 'unsold', reason: 'below_floor', sales: [], closeToPostMs: null, ...overrides })
}

/** A sale to `buy_<letter>` by its contract `con_<letter>`. */
export function sale(letter: string, overrides: Partial<ProjectedSale> = {}): ProjectedSale {
  return {
    contractId: `con_${letter}`,
    buyerId: `buy_${letter}`,
    revenueMicros: 120_000_000,
    payoutMicros: 90_000_000,
    at: '2026-11-20T10:15:00.900Z',
    ...overrides,
  }
}
