/**
 * The composition root: from the environment to what everything that acts on the world is made of. Below this folder nothing reads
 * the environment, the clock or the randomness of the platform by itself.
 */
import { waitUntil } from 'cloudflare:workers'
import { BuyerLine } from '../durable-objects/buyer-line/buyer-line'
import { Circuits } from '../durable-objects/buyer-line/circuits'
import { createTokenProvider } from '../durable-objects/buyer-line/oauth-tokens'
import { PingRates } from '../durable-objects/buyer-line/ping-rates'
import type { TokenProvider } from '../src/buyers/authorize'
import type { AuctionRpc } from '../src/contracts/auction'
import type { BalanceAccountRpc } from '../src/contracts/balance'
import type { BuyerAccountRpc } from '../src/contracts/buyer-account'
import type { BuyerLineAccountRpc } from '../src/contracts/buyer-line'
import type { NoticeAccountRpc } from '../src/contracts/buyer-notices'
import type { ClientGateRpc } from '../src/contracts/client-gate'
import type { IdentityIndexRpc } from '../src/contracts/identity-index'
import type { ReturnAccountRpc } from '../src/contracts/sale-return'
import type { SupplierGateRpc } from '../src/contracts/supplier-gate'
import type { SuppressionBuilderRpc } from '../src/contracts/suppression-index'
import type { PostResolverRpc } from '../src/contracts/unresolved'
import { SampledCredentialUses } from '../src/http/plumbing/credential-uses'
import { AccessTokens } from '../src/security/access-tokens'
import { BidTokens } from '../src/security/bid-token'
import { ContactIndex } from '../src/security/contact-index'
import { deriveKey, KeyedHash } from '../src/security/keyed-hash'
import { LeadEnvelope } from '../src/security/lead-envelope'
import { PingTokens } from '../src/security/ping-token'
import { decodeAuctionId } from '../src/security/public-ids'
import { RecordSeals } from '../src/security/record-seal'
import { SealedBox } from '../src/security/sealed-box'
import { SuppressionHash } from '../src/security/suppression-hash'
import { KvSnapshotReader } from '../src/snapshots/reader'
import { SigningKeyRing } from '../src/snapshots/signing-keys'
import { SuppressionReader } from '../src/snapshots/suppression-reader'
import { openDatabase } from '../src/stores/database'
import { SigningKeyStore } from '../src/stores/signing-key-store'
import { createTenantStores } from '../src/stores/tenant-stores'
import { WebhookListeners } from '../src/stores/webhook-listeners'
import { type Config, parseConfig, type RawSettings } from './config'
import type { BuyerAccount, IdentityIndex, SupplierGate } from './index'
import { NamedObjects } from './named-objects'
import { log, newUlid, now } from './platform'

/** What a buyer's credentials are sealed as. */
export const BUYER_SECRETS = 'buyer-secrets'
const SIGNING_KEY = 'oauth-signing-key'

/** What the edge and the objects share, built once an isolate. */
class Parts {
  readonly config: Config
  readonly env: Env
  readonly box: SealedBox
  readonly envelope: LeadEnvelope
  readonly recordSeals: RecordSeals
  readonly contactIndex: ContactIndex
  readonly tieBreaks: KeyedHash
  readonly reader: KvSnapshotReader
  /** Access tokens of buyers with OAuth, shared by auctions and trials. */
  readonly tokens: TokenProvider
  readonly line: BuyerLine
  readonly pingTokens: PingTokens
  readonly bidTokens: BidTokens
  readonly suppressionHash: SuppressionHash
  readonly suppression: SuppressionReader
  readonly signingKeys: SigningKeyRing
  /** Names this isolate to whoever shares a limit out. */
  readonly isolate = crypto.randomUUID()
  readonly accessTokens: AccessTokens
  readonly credentialUses: SampledCredentialUses
  readonly webhookListeners: WebhookListeners
  readonly #gates: NamedObjects<SupplierGate>
  readonly #identityIndexes: NamedObjects<IdentityIndex>
  readonly #accounts: NamedObjects<BuyerAccount>

  constructor(env: Env) {
    this.env = env
    this.#gates = new NamedObjects(env.SUPPLIER_GATE)
    this.#identityIndexes = new NamedObjects(env.IDENTITY_INDEX)
    this.#accounts = new NamedObjects(env.BUYER_ACCOUNT)
    this.config = parseConfig(env as RawSettings)
    this.box = new SealedBox(this.config.masterKeys)
    this.pingTokens = new PingTokens(this.config.pingTokenKeys)
    this.bidTokens = new BidTokens(this.config.pingTokenKeys)
    this.envelope = new LeadEnvelope(this.config.masterKeys)
    this.recordSeals = new RecordSeals(this.config.masterKeys)
    this.contactIndex = new ContactIndex(new KeyedHash(deriveKey(this.config.hashKey, 'contact-index')))
    this.tieBreaks = new KeyedHash(deriveKey(this.config.hashKey, 'tie-break'))
    const edge = { kv: env.SNAPSHOTS, now, keepAlive: (work: Promise<unknown>) => waitUntil(work) }
    this.reader = new KvSnapshotReader(edge)
    this.suppressionHash = new SuppressionHash(new KeyedHash(deriveKey(this.config.hashKey, 'suppression')))
    this.suppression = new SuppressionReader({ ...edge, hash: this.suppressionHash })
    this.signingKeys = new SigningKeyRing({
      kv: env.SNAPSHOTS,
      store: new SigningKeyStore(openDatabase(env.DB)),
      seal: (text) => this.box.seal(text, SIGNING_KEY),
      open: (sealed) => this.box.open(sealed, SIGNING_KEY),
      now,
      newId: newUlid,
    })
    this.accessTokens = new AccessTokens(this.signingKeys, now)
    this.credentialUses = new SampledCredentialUses({
      now,
      stores: (tenantId) => createTenantStores(env.DB, tenantId),
      keepAlive: edge.keepAlive,
    })
    this.webhookListeners = new WebhookListeners(env.DB)
    const callers = {
      now,
      isolate: this.isolate,
      account: (tenantId: string, buyerId: string) => this.account(tenantId, buyerId),
      log,
    }
    this.tokens = createTokenProvider({ allowLoopback: this.config.allowLoopbackBuyers, now })
    this.line = new BuyerLine({
      allowLoopback: this.config.allowLoopbackBuyers,
      now,
      openSecrets: (sealed) => this.box.open(sealed, BUYER_SECRETS),
      tokens: this.tokens,
      circuits: new Circuits(callers),
      rates: new PingRates(callers),
    })
  }

  auction(objectId: string): (AuctionRpc & PostResolverRpc) | null {
    try {
      return this.env.AUCTION.get(this.env.AUCTION.idFromString(objectId))
    } catch {
      return null
    }
  }

  auctionByPublicId(auctionId: string): AuctionRpc {
    const objectId = decodeAuctionId(auctionId)
    const auction = objectId === null ? null : this.auction(objectId)
    if (auction === null) throw new Error('not an auction id')
    return auction
  }

  gate(tenantId: string, supplierId: string): SupplierGateRpc {
    return this.#gates.get(`${tenantId}/${supplierId}`)
  }

  identityIndex(tenantId: string, campaignId: string, prefix: string): IdentityIndexRpc {
    return this.#identityIndexes.get(`${tenantId}/${campaignId}/${prefix}`)
  }

  clientGate(tenantId: string, clientId: string): ClientGateRpc {
    return this.env.CLIENT_GATE.get(this.env.CLIENT_GATE.idFromName(`${tenantId}/${clientId}`))
  }

  suppressionBuilder(tenantId: string): SuppressionBuilderRpc {
    return this.env.SUPPRESSION_BUILDER.get(this.env.SUPPRESSION_BUILDER.idFromName(tenantId))
  }

  account(
    tenantId: string,
    buyerId: string,
  ): BuyerAccountRpc & BuyerLineAccountRpc & BalanceAccountRpc & NoticeAccountRpc & ReturnAccountRpc {
    return this.#accounts.get(`${tenantId}/${buyerId}`)
  }
}

let parts: Parts | undefined

/** @returns what this isolate shares, made when first asked for */
export function partsOf(env: Env): Parts {
  parts ??= new Parts(env)
  return parts
}
