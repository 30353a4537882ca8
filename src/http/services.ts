/**
 * What handlers receive: everything that acts on the world, built once in workers/edge-services.ts.
 *
 * Interfaces only, so that no handler can reach an environment, a clock or an object's internals by itself.
 */

import type { AnswerQuestion, SampleReading } from '../contracts/answer-reading'
import type { ApiSpec } from '../contracts/api-spec'
import type { AuctionRpc } from '../contracts/auction'
import type { BalanceAccountRpc } from '../contracts/balance'
import type { AccountHealth } from '../contracts/buyer-line'
import type { BuyerTrialOrder, BuyerTrialResult } from '../contracts/buyer-trial'
import type { ClientGateRpc } from '../contracts/client-gate'
import type { ContractCompiler } from '../contracts/contract-compiler'
import type { QueueName } from '../contracts/dead-letter'
import type { InquiryOrder, InquiryResult } from '../contracts/inquiry'
import type { ReturnAccountRpc } from '../contracts/sale-return'
import type { CampaignSnapshot, CredentialSnapshot, SupplierCampaignsSnapshot } from '../contracts/snapshot'
import type { SupplierGateRpc } from '../contracts/supplier-gate'
import type { PostResolverRpc } from '../contracts/unresolved'
import type { Contact } from '../core/suppression/contact'
import type { AccessTokens } from '../security/access-tokens'
import type { BidTokens } from '../security/bid-token'
import type { ContactIndex } from '../security/contact-index'
import type { LeadEnvelope } from '../security/lead-envelope'
import type { PingTokens } from '../security/ping-token'
import type { ShareTokens } from '../security/share-token'
import type { SuppressionHash } from '../security/suppression-hash'
import type { ErasureRow } from '../stores/erasure-store'
import type { TenantStores } from '../stores/tenant-stores'
import type { LeadEventOutbox } from './after-sale/events'
import type { Looks } from './audit/looks'
import type { PingAllowance } from './guide/ping-allowance'
import type { AuctionPlaces } from './intake/auction-places'

/** The compiled configuration, from the isolate's memory or KV; never from D1. */
export interface SnapshotReader {
  campaign(campaignId: string): Promise<CampaignSnapshot | null>
  /** @returns the campaigns that the supplier may be linked to; what they say themselves is what holds */
  supplierCampaigns(supplierId: string): Promise<SupplierCampaignsSnapshot | null>
  /** @param hash SHA-256 of an API key, hex */
  credential(hash: string): Promise<CredentialSnapshot | null>
  oauthClient(clientId: string): Promise<CredentialSnapshot | null>
}

/** When credentials were used last, written behind the answer and for each of them about once a minute. */
export interface CredentialUses {
  note(credential: { readonly tenantId: string; readonly keyId: string }): void
}

/** Takes changes of the configuration to the edge and to the objects that decide by it. */
export interface Publisher {
  /** Publishes these rows of the publish table. A failure is harmless: the row stays and the cron does it again. */
  publish(publishIds: readonly string[]): Promise<void>
  /** Publishes everything left behind. @returns how many rows were published */
  publishLeftovers(): Promise<number>
}

/** The objects that one auction needs, by id. */
export interface AuctionObjects {
  /** Mints an auction's id without a hop. @returns the object's id, 64 hex characters */
  mint(): string
  /** @returns the auction, or null where the text is not an id of an auction object */
  byId(id: string): (AuctionRpc & PostResolverRpc) | null
}

/** The suppression lists as the edge knows them, from the isolate's memory or KV; never from D1. */
export interface SuppressionIndex {
  /** @returns those of the lists that one of the contacts is on */
  lookup(question: {
    readonly tenantId: string
    readonly listIds: readonly string[]
    readonly contacts: readonly Contact[]
  }): Promise<ReadonlySet<string>>
}

/** Tries out how a buyer is spoken to, and how its answers are read. Stores nothing. */
export interface BuyerTrial {
  run(order: BuyerTrialOrder): Promise<BuyerTrialResult>
  /**
   * Reads a pasted answer, or proposes rules for it.
   *
   * @param currency the tenant's; a bid is judged as if it came now
   */
  readSample(question: AnswerQuestion, currency: string): SampleReading
}

/** Asks buyers what became of a post. Decides nothing and stores nothing. */
export interface Inquiries {
  /** @throws Error where the contract has no inquiry */
  ask(order: InquiryOrder): Promise<InquiryResult>
}

/** Those who send to webhook endpoints. */
export interface WebhookSenders {
  /** Seals the secret of an endpoint. */
  sealSecret(secret: string): Promise<string>
  /** Has the endpoint's object send what is due. A failure is harmless: the cron asks again. */
  wake(endpointId: string): Promise<void>
}

/** The pages that people see, drawn elsewhere. */
export interface Pages {
  /** The API reference. @param scriptPath where its script is served */
  reference(scriptPath: string, nonce: string): Promise<string>
  /** Its script, compressed with gzip. */
  referenceScript(): Promise<ArrayBuffer>
  /** The specs page. @param nonce what its content security policy lets run */
  apiSpecs(spec: ApiSpec, nonce: string): Promise<string>
  apiSpecsMarkdown(spec: ApiSpec): string
}

/** Whose rate a request is taken off. */
export interface RateClient {
  readonly tenantId: string
  readonly clientId: string
  readonly requestsPerSecond: number
}

export interface RateVerdict {
  readonly allowed: boolean
  /** Requests a second. */
  readonly limit: number
  readonly remaining: number
  /** Unix seconds. */
  readonly resetAt: number
}

/** How fast clients may call, all isolates together. */
export interface RequestLimiter {
  /** Takes one request. @returns a promise only where somebody has to be asked */
  take(client: RateClient): RateVerdict | Promise<RateVerdict>
}

export interface Services {
  readonly allowLoopbackBuyers: boolean
  /** SHA-256 (hex) of the operator credentials given at start, and the tenant of each. */
  readonly bootstrapOperators: ReadonlyMap<string, string>
  /** The default where left out. */
  readonly bootstrapRequestsPerSecond?: number
  /** The origin that tokens are issued by and for; that of the request where null. */
  readonly publicOrigin: string | null
  readonly accessTokens: AccessTokens
  /** The public keys that tokens are checked with. */
  readonly signingKeys: { published(): Promise<object> }
  readonly credentialUses: CredentialUses
  /** Looks at personal data, for the audit log. */
  readonly looks: Looks
  readonly requestLimiter: RequestLimiter
  readonly snapshots: SnapshotReader
  readonly publisher: Publisher
  readonly stores: (tenantId: string) => TenantStores
  readonly pingTokens: PingTokens
  readonly bidTokens: Pick<BidTokens, 'open'>
  /** A keyed hash of a request's canonical body. */
  readonly fingerprint: (path: string, body: unknown) => Promise<string>
  /** A keyed hash by which a lead is known again, hex. */
  readonly identityKey: (text: string) => Promise<string>
  /** @returns whether a lead with one of the keys is being sold, or was sold, in the campaign's window; takes nothing */
  readonly isIdentityHeld: (tenantId: string, campaignId: string, keys: readonly string[]) => Promise<boolean>
  readonly contractCompiler: ContractCompiler
  readonly buyerTrial: BuyerTrial
  readonly inquiries: Inquiries
  readonly leadEnvelope: LeadEnvelope
  /** What leads are found again by. */
  readonly contactIndex: ContactIndex
  /** Goes on with an erasure that was asked for. @returns its receipt as it stands */
  readonly erasePerson: (tenantId: string, erasureId: string) => Promise<ErasureRow | null>
  /** Seals the credentials of a buyer contract. */
  readonly sealSecrets: (text: string) => Promise<string>
  readonly openSecrets: (sealed: string) => Promise<string>
  readonly webhooks: WebhookSenders
  /** Gives a message to a queue as it is. */
  readonly sendToQueue: (queue: QueueName, body: unknown) => Promise<void>
  readonly auctions: AuctionObjects
  readonly pingAllowance: PingAllowance
  readonly auctionPlaces: AuctionPlaces
  readonly clientGate: (tenantId: string, clientId: string) => ClientGateRpc
  /** Seals an answer that is kept for its Idempotency-Key. */
  readonly sealAnswer: (text: string) => Promise<string>
  readonly openAnswer: (sealed: string) => Promise<string>
  readonly buyerReturns: (tenantId: string, buyerId: string) => ReturnAccountRpc
  readonly leadEvents: LeadEventOutbox
  readonly supplierGate: (tenantId: string, supplierId: string) => SupplierGateRpc
  /** How the buyer's calls fare, as its account knows it. */
  readonly buyerHealth: (tenantId: string, buyerId: string) => Promise<AccountHealth>
  /** A buyer's prepaid balance, kept by its account. */
  readonly buyerBalance: (tenantId: string, buyerId: string) => BalanceAccountRpc
  readonly suppression: SuppressionIndex
  /** What lists keep in place of an entry. */
  readonly suppressionHash: SuppressionHash
  /** Has the tenant's index built anew, behind the answer. A failure is harmless: the cron asks again. */
  readonly buildSuppressionIndex: (tenantId: string) => Promise<void>
  readonly pages: Pages
  readonly shareTokens: ShareTokens
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** @returns `<prefix>_<ulid>` */
  readonly newId: (prefix: string) => string
}
