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
}

/** Who an API key speaks for. */
export interface CredentialSnapshot {
  readonly schema: typeof SNAPSHOT_SCHEMA
  readonly keyId: string
  readonly tenantId: string
  readonly role: 'supplier' | 'buyer' | 'operator'
  readonly subjectId: string | null
  readonly scopes: readonly string[]
  readonly revoked: boolean
  readonly expiresAt: string | null
}

/** @returns the KV key of a campaign's snapshot. */
export function campaignSnapshotKey(campaignId: string): string {
  return `campaign:${campaignId}`
}

/** @param hash SHA-256 of the API key, hex */
export function credentialSnapshotKey(hash: string): string {
  return `credential:${hash}`
}
