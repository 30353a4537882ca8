/**
 * What the edge decides from, as it stands in KV. Written by the publisher, read by the edge and by the objects.
 *
 * Gavel writes and reads these documents itself, so they carry a schema number instead of being parsed field by field on
 * the hot path: a reader that meets another number treats the document as absent and the cron publishes it anew.
 */
import type { Campaign, ContractTerms, SourceLink } from '../core/campaign/campaign'
import type { ResolvedContract } from './buyer-contract'

export const SNAPSHOT_SCHEMA = 1

/** One buyer contract: its terms, how the buyer speaks, and the sealed credentials for speaking to it. */
export interface SnapshotContract {
  readonly terms: ContractTerms
  readonly endpoints: ResolvedContract
  readonly sealedSecrets: string | null
}

export interface CampaignSnapshot {
  readonly schema: typeof SNAPSHOT_SCHEMA
  readonly campaign: Campaign
  readonly links: { readonly [supplierId: string]: SourceLink }
  readonly contracts: readonly SnapshotContract[]
  /** Left out where no supplier has a specs page. */
  readonly specs?: SpecsSnapshot
}

/** What specs pages are made from, beside what every call is judged by. */
export interface SpecsSnapshot {
  /** Fields that suppliers may be told of: the campaign's own, not those that only a buyer's configuration names. */
  readonly fields: readonly string[]
  /** By supplier: what the page's address is signed with. */
  readonly nonces: { readonly [supplierId: string]: string }
}

/** Who an API key or an OAuth client speaks for. */
export interface CredentialSnapshot {
  readonly schema: typeof SNAPSHOT_SCHEMA
  /** Of the key, or of the OAuth client. */
  readonly keyId: string
  readonly tenantId: string
  readonly role: 'supplier' | 'buyer' | 'operator'
  readonly subjectId: string | null
  readonly scopes: readonly string[]
  readonly revoked: boolean
  readonly expiresAt: string | null
  /** Whom rates and request keys are counted for: the same for a key and its successors. The key itself where left out. */
  readonly clientId?: string
  /** CIDR; any address where left out. */
  readonly allowedNetworks?: readonly string[]
  /** The default where left out. */
  readonly requestsPerSecond?: number
  /** Only of an OAuth client. */
  readonly oauth?: OAuthClientSecrets
}

export interface OAuthClientSecrets {
  /** SHA-256 of secrets that work, hex, and until when; null without end. */
  readonly secrets: readonly { readonly hash: string; readonly until: string | null }[]
  /** Ids of tokens that were revoked and have not ended by themselves. */
  readonly revokedTokens: readonly string[]
  /** Tokens that were issued before are void: there were too many to name. */
  readonly tokensFrom: string | null
}

/** Where a supplier's pings may go that name no campaign: a hint that is no newer than the campaigns themselves. */
export interface SupplierCampaignsSnapshot {
  readonly schema: typeof SNAPSHOT_SCHEMA
  readonly tenantId: string
  readonly campaigns: readonly {
    readonly id: string
    readonly vertical: string
    readonly subVertical: string | null
  }[]
}

export function supplierCampaignsSnapshotKey(supplierId: string): string {
  return `supplier-campaigns:${supplierId}`
}

/** @returns the KV key of a campaign's snapshot. */
export function campaignSnapshotKey(campaignId: string): string {
  return `campaign:${campaignId}`
}

/** @param hash SHA-256 of the API key, hex */
export function credentialSnapshotKey(hash: string): string {
  return `credential:${hash}`
}

export function oauthClientSnapshotKey(clientId: string): string {
  return `oauth-client:${clientId}`
}
