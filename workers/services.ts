/**
 * The composition root: from the environment to everything that acts on the world. Below this file nothing reads the
 * environment, the clock or the randomness of the platform by itself.
 */

import { waitUntil } from 'cloudflare:workers'
import { ulid } from 'ulid'
import type { AuctionServices } from '../durable-objects/auction/services'
import type { BuyerAccountServices } from '../durable-objects/buyer-account/buyer-account'
import { BuyerLine } from '../durable-objects/buyer-line/buyer-line'
import { Circuits } from '../durable-objects/buyer-line/circuits'
import { createTokenProvider } from '../durable-objects/buyer-line/oauth-tokens'
import { PingRates } from '../durable-objects/buyer-line/ping-rates'
import type { ClientGateServices } from '../durable-objects/client-gate/client-gate'
import { IDENTITY_PREFIX_CHARS } from '../durable-objects/identity-index'
import type { SupplierGateServices } from '../durable-objects/supplier-gate/supplier-gate'
import type { SuppressionBuilderServices } from '../durable-objects/suppression-builder'
import type { TokenProvider } from '../src/buyers/authorize'
import type { AuctionRpc } from '../src/contracts/auction'
import type { BalanceAccountRpc } from '../src/contracts/balance'
import type { BuyerAccountRpc, SoldAttempt } from '../src/contracts/buyer-account'
import type { BuyerLineAccountRpc } from '../src/contracts/buyer-line'
import type { NoticeAccountRpc } from '../src/contracts/buyer-notices'
import type { ClientGateRpc } from '../src/contracts/client-gate'
import type { IdentityIndexRpc } from '../src/contracts/identity-index'
import type { ReturnAccountRpc } from '../src/contracts/sale-return'
import type { SupplierGateRpc } from '../src/contracts/supplier-gate'
import type { SuppressionBuilderRpc } from '../src/contracts/suppression-index'
import type { PostResolverRpc } from '../src/contracts/unresolved'
import type { WebhookWake } from '../src/contracts/webhook-outbox'
import { tellAccount } from '../src/http/after-sale/tell-account'
import { RecordedLooks } from '../src/http/audit/looks'
import { PingAllowance } from '../src/http/guide/ping-allowance'
import { AuctionPlaces } from '../src/http/intake/auction-places'
import { SampledCredentialUses } from '../src/http/plumbing/credential-uses'
import { RequestRates } from '../src/http/plumbing/request-rates'
import type { Services } from '../src/http/services'
import type { QueueServices } from '../src/queues'
import { AccessTokens } from '../src/security/access-tokens'
import { hashApiKey } from '../src/security/api-keys'
import { BidTokens } from '../src/security/bid-token'
import { toHex } from '../src/security/bytes'
import { ContactIndex } from '../src/security/contact-index'
import { fingerprintOf } from '../src/security/fingerprint'
import { deriveKey, KeyedHash } from '../src/security/keyed-hash'
import { LeadEnvelope } from '../src/security/lead-envelope'
import { PingTokens } from '../src/security/ping-token'
import { decodeAuctionId } from '../src/security/public-ids'
import { RecordSeals } from '../src/security/record-seal'
import { SealedBox } from '../src/security/sealed-box'
import { ShareTokens } from '../src/security/share-token'
import { SuppressionHash } from '../src/security/suppression-hash'
import { SnapshotPublisher } from '../src/snapshots/publisher'
import { KvSnapshotReader } from '../src/snapshots/reader'
import { SigningKeyRing } from '../src/snapshots/signing-keys'
import { SuppressionBuilder } from '../src/snapshots/suppression-builder'
import { SuppressionReader } from '../src/snapshots/suppression-reader'
import { CredentialLeftovers } from '../src/stores/credential-leftovers'
import { openDatabase } from '../src/stores/database'
import { DeadLetterStore } from '../src/stores/dead-letter-store'
import { applyLeadProjections } from '../src/stores/projector-store'
import { PublishQueue } from '../src/stores/publish-queue'
import { untoldReturns } from '../src/stores/return-store'
import { SigningKeyStore } from '../src/stores/signing-key-store'
import { SuppressionQueue } from '../src/stores/suppression-queue'
import { createTenantStores } from '../src/stores/tenant-stores'
import { type EventStamps, insertDeliveries, wakesOf, writeWebhookEvents } from '../src/stores/webhook-events'
import { WebhookListeners } from '../src/stores/webhook-listeners'
import { buyerTrialWith, inquiriesWith } from './buyer-trial'
import { type Config, parseConfig, type RawSettings } from './config'
import { contractCompiler } from './contract-compiler'
import { pages } from './pages'
import { type PrivacyParts, personErasure } from './privacy'
import { WEBHOOK_SECRET, type WebhookParts, wakeLater, webhookSender } from './webhooks'

const BUYER_SECRETS = 'buyer-secrets'
/** Who answers within this of the others costs no guess; a reservation would not be had sooner anyway. */
const EARLY_RESERVATION_MS = 5
const SIGNING_KEY = 'oauth-signing-key'
/** In one minute. */
const MAX_RETURNS_TOLD = 100
const KEPT_ANSWER = 'kept-answer'
/** No two buyers of an auction share their first 64 bits. */
const TIE_BREAK_BYTES = 8

/** Names and numbers to the platform's log, as one line of JSON; never personal data. */
export function log(event: string, details: { readonly [name: string]: string | number | null }): void {
  console.log(JSON.stringify({ event, ...details }))
}

const now = () => Date.now()

/** Random bytes for ids, drawn many at a time: a call of the platform's generator for each character costs more than the id. */
const pool = new Uint8Array(1_024)
let drawn = pool.length

/** @returns a number from 0 to below 1 in steps of 1/256; a character of an id takes 32 of them */
function random(): number {
  if (drawn === pool.length) {
    crypto.getRandomValues(pool)
    drawn = 0
  }
  return (pool[drawn++] ?? 0) / 256
}

/** @returns `<prefix>_<ulid>` */
function newId(prefix: string): string {
  return `${prefix}_${ulid(now(), random)}`
}

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

  constructor(env: Env) {
    this.env = env
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
      newId: () => ulid(now(), random),
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
    return this.env.SUPPLIER_GATE.get(this.env.SUPPLIER_GATE.idFromName(`${tenantId}/${supplierId}`))
  }

  identityIndex(tenantId: string, campaignId: string, prefix: string): IdentityIndexRpc {
    return this.env.IDENTITY_INDEX.get(this.env.IDENTITY_INDEX.idFromName(`${tenantId}/${campaignId}/${prefix}`))
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
    return this.env.BUYER_ACCOUNT.get(this.env.BUYER_ACCOUNT.idFromName(`${tenantId}/${buyerId}`))
  }
}

let parts: Parts | undefined

function partsOf(env: Env): Parts {
  parts ??= new Parts(env)
  return parts
}

/** @throws where the configuration is refused */
export async function httpServices(env: Env): Promise<Services> {
  const shared = partsOf(env)
  const { config, box, envelope, reader } = shared
  const operators = config.bootstrapKeys.map(async ({ tenantId, key }) => [await hashApiKey(key), tenantId] as const)
  const fingerprints = new KeyedHash(deriveKey(config.hashKey, 'fingerprint'))
  const identities = new KeyedHash(deriveKey(config.hashKey, 'identity'))
  const stores = (tenantId: string) => createTenantStores(env.DB, tenantId)
  return {
    allowLoopbackBuyers: config.allowLoopbackBuyers,
    bootstrapOperators: new Map(await Promise.all(operators)),
    snapshots: reader,
    publisher: new SnapshotPublisher({
      kv: env.SNAPSHOTS,
      queue: new PublishQueue(openDatabase(env.DB)),
      stores,
      compiler: contractCompiler,
      configureGate: (tenantId, supplierId, settings) => shared.gate(tenantId, supplierId).configure(settings),
      configureAccount: (tenantId, buyerId, settings) => shared.account(tenantId, buyerId).configure(settings),
      onPublished: (key, text) => reader.published(key, text),
      onFailure: ({ kind, subjectId }, error) => log('publish_failed', { kind, subjectId, error: nameOf(error) }),
      sleep: (ms) => scheduler.wait(ms),
      now,
    }),
    stores,
    publicOrigin: config.publicOrigin,
    ...(config.bootstrapRequestsPerSecond !== null && {
      bootstrapRequestsPerSecond: config.bootstrapRequestsPerSecond,
    }),
    accessTokens: shared.accessTokens,
    signingKeys: shared.signingKeys,
    credentialUses: shared.credentialUses,
    looks: new RecordedLooks({
      now,
      newId,
      sleep: (ms) => scheduler.wait(ms),
      stores,
      keepAlive: (work) => waitUntil(work),
      log,
    }),
    auctionPlaces: new AuctionPlaces({
      now,
      isolate: shared.isolate,
      gate: (tenantId, supplierId) => shared.gate(tenantId, supplierId),
      keepAlive: (work) => waitUntil(work),
      log,
    }),
    requestLimiter: new RequestRates({
      now,
      isolate: shared.isolate,
      gate: (tenantId, clientId) => shared.clientGate(tenantId, clientId),
      keepAlive: (work) => waitUntil(work),
      log,
    }),
    pingTokens: shared.pingTokens,
    bidTokens: shared.bidTokens,
    identityKey: async (text) => toHex(await identities.sign(text)),
    isIdentityHeld: async (tenantId, campaignId, keys) => {
      const byPrefix = Map.groupBy(keys, (key) => key.slice(0, IDENTITY_PREFIX_CHARS))
      const asked = [...byPrefix].map(([prefix, share]) =>
        shared.identityIndex(tenantId, campaignId, prefix).holds(share),
      )
      return (await Promise.all(asked)).includes(true)
    },
    fingerprint: (path, body) => fingerprintOf(fingerprints, path, body),
    contractCompiler,
    buyerTrial: buyerTrialWith({
      allowLoopback: config.allowLoopbackBuyers,
      now,
      tokens: shared.tokens,
      mint: () => env.AUCTION.newUniqueId().toString(),
    }),
    inquiries: inquiriesWith({ allowLoopback: config.allowLoopbackBuyers, now, tokens: shared.tokens }),
    leadEnvelope: envelope,
    contactIndex: shared.contactIndex,
    erasePerson: (tenantId, erasureId) => personErasure(privacyParts(env)).run(tenantId, erasureId),
    pages,
    shareTokens: new ShareTokens(new KeyedHash(deriveKey(config.hashKey, 'share-token'))),
    sealSecrets: (text) => box.seal(text, BUYER_SECRETS),
    openSecrets: (sealed) => box.open(sealed, BUYER_SECRETS),
    sendToQueue: async (queue, body) => {
      await {
        'gavel-projection': env.PROJECTION_QUEUE,
        'gavel-post-retry': env.POST_RETRY_QUEUE,
        'gavel-webhook': env.WEBHOOK_QUEUE,
      }[queue].send(body)
    },
    webhooks: {
      sealSecret: (secret) => box.seal(secret, WEBHOOK_SECRET),
      wake: (endpointId) => webhookSender(env, endpointId).wake(endpointId),
    },
    auctions: { mint: () => env.AUCTION.newUniqueId().toString(), byId: (id) => shared.auction(id) },
    pingAllowance: new PingAllowance(now),
    clientGate: (tenantId, clientId) => shared.clientGate(tenantId, clientId),
    sealAnswer: (text) => box.seal(text, KEPT_ANSWER),
    openAnswer: (sealed) => box.open(sealed, KEPT_ANSWER),
    supplierGate: (tenantId, supplierId) => shared.gate(tenantId, supplierId),
    buyerHealth: (tenantId, buyerId) => shared.account(tenantId, buyerId).health(),
    buyerReturns: (tenantId, buyerId) => shared.account(tenantId, buyerId),
    leadEvents: {
      statements: (tenantId, drafts) =>
        drafts.length === 0 ? [] : [insertDeliveries(env.DB, { tenantId, drafts }, EVENT_STAMPS)],
      committed: async (results) => wakeSoon(env, wakesOf(results)),
    },
    buyerBalance: (tenantId, buyerId) => shared.account(tenantId, buyerId),
    suppression: shared.suppression,
    suppressionHash: shared.suppressionHash,
    buildSuppressionIndex: (tenantId) => shared.suppressionBuilder(tenantId).wake(tenantId),
    now,
    newId,
  }
}

export function queueServices(env: Env): QueueServices {
  const shared = partsOf(env)
  return {
    apply: async (messages) => {
      const events = { stamps: EVENT_STAMPS, listeners: shared.webhookListeners }
      const applied = await applyLeadProjections(env.DB, messages, events)
      // Where one cannot be told, the message comes again and finds it again.
      const told = applied.unwanted.map(({ auctionId, tenantId }) =>
        shared.auctionByPublicId(auctionId).erase(tenantId, 'all'),
      )
      await Promise.all(told)
      return applied
    },
    charge: ({ tenantId, buyerId }, sold) => shared.account(tenantId, buyerId).commit(sold.map(bySoldObject)),
    wakeLater: (wakes) => wakeLater(env, wakes),
    wake: ({ endpointId }) => webhookSender(env, endpointId).wake(endpointId),
    storeNotice: ({ tenantId, draft }) => writeWebhookEvents(env.DB, tenantId, [draft], EVENT_STAMPS),
    acknowledgeNotice: ({ tenantId, buyerId, draft }) => shared.account(tenantId, buyerId).acknowledgeNotice(draft.key),
    acknowledge: (auctionId, sequence) => shared.auctionByPublicId(auctionId).acknowledge(sequence),
    pause: (ms) => scheduler.wait(ms),
    retryPost: (auctionId, contractId, tryNumber) =>
      shared.auctionByPublicId(auctionId).retryPost(contractId, tryNumber),
    keep: (letters) => new DeadLetterStore(env.DB).add(letters),
    tellingDied: (auctionId, sequence) => shared.auctionByPublicId(auctionId).tellingDied(sequence),
    now,
    log,
  }
}

/** Accounts know auctions by their objects. */
function bySoldObject({ auctionId, attempt }: SoldAttempt): SoldAttempt {
  return { auctionId: decodeAuctionId(auctionId) ?? auctionId, attempt }
}

const EVENT_STAMPS: EventStamps = { newEventId: () => newId('evt'), now }

/** Behind the answer; what is not woken is found by the cron. */
function wakeSoon(env: Env, wakes: readonly WebhookWake[]): void {
  if (wakes.length === 0) return
  const failed = (error: unknown) => log('webhook_wake_failed', { endpoints: wakes.length, error: nameOf(error) })
  waitUntil(wakeLater(env, wakes).catch(failed))
}

/** For what becomes of personal data in time. */
export function privacyParts(env: Env): PrivacyParts {
  const shared = partsOf(env)
  const { box, envelope, config } = shared
  const auction = (auctionId: string) => shared.auctionByPublicId(auctionId)
  return { db: env.DB, kid: config.masterKeys[0].kid, box, envelope, auction, now, log }
}

/** For those who send webhooks. */
export function webhookParts(env: Env): WebhookParts {
  const { config, box } = partsOf(env)
  return {
    ...EVENT_STAMPS,
    env,
    allowLoopback: config.allowLoopbackBuyers,
    openSecret: (sealed) => box.open(sealed, WEBHOOK_SECRET),
    log,
  }
}

export function auctionServices(env: Env): AuctionServices {
  const shared = partsOf(env)
  const { line, envelope, recordSeals, contactIndex, reader } = shared
  const { account, identityIndex, pingTokens, bidTokens } = shared
  return {
    now,
    line,
    newShard: () => env.PING_SHARD.get(env.PING_SHARD.newUniqueId()),
    account: account.bind(partsOf(env)),
    rotation: (tenantId, campaignId) => env.ROTATION.get(env.ROTATION.idFromName(`${tenantId}/${campaignId}`)),
    gate: (tenantId, supplierId) => partsOf(env).gate(tenantId, supplierId),
    identityIndex: identityIndex.bind(partsOf(env)),
    sealedSecrets: async (campaignId) => {
      const snapshot = await reader.campaign(campaignId)
      const sealed = snapshot?.contracts.filter(({ sealedSecrets }) => sealedSecrets !== null) ?? []
      return Object.fromEntries(sealed.map(({ terms, sealedSecrets }) => [terms.id, sealedSecrets ?? '']))
    },
    recordSeals,
    contactKeys: (tenantId, contacts) => contactIndex.keysOf(tenantId, contacts),
    sealLead: (fields, tenantId) => envelope.seal(fields, tenantId),
    signBid: (claims, fields) => bidTokens.sign(claims, fields),
    signPing: (claims, fields) => pingTokens.sign(claims, fields),
    project: async (message) => {
      await env.PROJECTION_QUEUE.send(message)
    },
    retryLater: async (message, delaySeconds) => {
      await env.POST_RETRY_QUEUE.send(message, { delaySeconds })
    },
    earlyReservationMs: EARLY_RESERVATION_MS,
    tieBreak: async (objectId, buyerId) =>
      toHex((await shared.tieBreaks.sign(`${objectId}\n${buyerId}`)).subarray(0, TIE_BREAK_BYTES)),
    log,
  }
}

export function suppressionServices(env: Env): SuppressionBuilderServices {
  const { suppression } = partsOf(env)
  const builder = new SuppressionBuilder({
    kv: env.SNAPSHOTS,
    now,
    index: (tenantId) => createTenantStores(env.DB, tenantId).suppressionIndex,
    onPublished: (tenantId, header) => suppression.published(tenantId, header),
  })
  return { build: (tenantId) => builder.build(tenantId), now, log }
}

/** Tells buyers' accounts of returns that they have not heard of. */
export async function tellReturns(env: Env): Promise<void> {
  const parts = {
    now,
    account: (tenantId: string, buyerId: string) => partsOf(env).account(tenantId, buyerId),
    returns: (tenantId: string) => createTenantStores(env.DB, tenantId).returns,
  }
  for (const row of await untoldReturns(env.DB, MAX_RETURNS_TOLD)) {
    // The others are not to wait for one whose account is away.
    await tellAccount(parts, row).catch((error) => log('return_untold', { returnId: row.id, error: nameOf(error) }))
  }
}

/** For what an object did not hear of, or was not there to hear. */
export async function wakeSuppressionBuilders(env: Env): Promise<void> {
  const waiting = await new SuppressionQueue(openDatabase(env.DB)).waiting()
  await Promise.all(waiting.map((tenantId) => partsOf(env).suppressionBuilder(tenantId).wake(tenantId)))
}

/** Makes the keys of the present and the next period, and forgets what is over. */
export async function tidyCredentials(env: Env): Promise<void> {
  await partsOf(env).signingKeys.ensure()
  await new CredentialLeftovers(openDatabase(env.DB)).remove(now())
}

export function shardServices(env: Env): { readonly line: BuyerLine } {
  return { line: partsOf(env).line }
}

/** For those who hold something for an auction and may have to ask it what became of that. */
export function holderServices(env: Env): Pick<SupplierGateServices, 'now' | 'auction'> {
  const shared = partsOf(env)
  return { now, auction: (objectId) => shared.auction(objectId) }
}

export function accountServices(env: Env): BuyerAccountServices {
  return {
    ...holderServices(env),
    notify: async (notice) => {
      await env.WEBHOOK_QUEUE.send(notice)
    },
  }
}

export function clientGateServices(): ClientGateServices {
  return { now, newFence: () => crypto.randomUUID() }
}

/** Logs what kept the surface itself from answering. @returns the request's id, for the answer */
export function reportFailure(error: unknown): string {
  const requestId = newId('req')
  log('surface_failed', { requestId, error: nameOf(error) })
  return requestId
}

/** An error's kind; its words may quote what was sent. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown'
}
