/** What an auction needs from the world; wired in workers/. */
import type { HoldingAccountRpc } from '../../src/contracts/buyer-account'
import type { IdentityIndexRpc } from '../../src/contracts/identity-index'
import type { LeadProjection, PostRetry } from '../../src/contracts/projection'
import type { RotationRpc } from '../../src/contracts/rotation'
import type { SupplierGateRpc } from '../../src/contracts/supplier-gate'
import type { Contact } from '../../src/core/suppression/contact'
import type { BidTokens } from '../../src/security/bid-token'
import type { PingTokens } from '../../src/security/ping-token'
import type { RecordSeals } from '../../src/security/record-seal'
import type { BuyerLine } from '../buyer-line/buyer-line'
import type { PingShardRpc } from '../ping-shard'

export interface AuctionServices {
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly line: BuyerLine
  /** @returns a new shard; shards are never shared or kept */
  readonly newShard: () => PingShardRpc
  readonly account: (tenantId: string, buyerId: string) => HoldingAccountRpc
  readonly rotation: (tenantId: string, campaignId: string) => RotationRpc
  readonly gate: (tenantId: string, supplierId: string) => SupplierGateRpc
  readonly identityIndex: (tenantId: string, campaignId: string, prefix: string) => IdentityIndexRpc
  /** @returns the sealed credentials of the campaign's contracts, from its snapshot */
  readonly sealedSecrets: (campaignId: string) => Promise<{ readonly [contractId: string]: string }>
  /** Seals what the auction's own record holds of a person. */
  readonly recordSeals: RecordSeals
  readonly sealLead: (
    fields: string,
    tenantId: string,
  ) => Promise<{ readonly sealedFields: string; readonly sealedKey: string }>
  /** @returns what a lead with these is found again by */
  readonly contactKeys: (tenantId: string, contacts: readonly Contact[]) => Promise<readonly string[]>
  /** Signs a bid token over what was pinged. */
  readonly signBid: BidTokens['sign']
  /** Signs a ping id over what was pinged. */
  readonly signPing: PingTokens['sign']
  readonly project: (message: LeadProjection) => Promise<void>
  readonly retryLater: (message: PostRetry, delaySeconds: number) => Promise<void>
  /** How long the last buyer may be out before the leader's reservation is asked for; never where it is infinite. */
  readonly earlyReservationMs: number
  /** A keyed hash that orders equal bids: the same for the same auction and buyer, unknown to either. */
  readonly tieBreak: (objectId: string, buyerId: string) => Promise<string>
  /** Never with personal data. */
  readonly log: (event: string, details: { readonly [name: string]: string | number }) => void
}
