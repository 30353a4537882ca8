/** What the edge needs: the endpoints, and what answers where they could not even be built. */
import { waitUntil } from 'cloudflare:workers'
import { IDENTITY_PREFIX_CHARS } from '../durable-objects/identity-index'
import type { WebhookWake } from '../src/contracts/webhook-outbox'
import { RecordedLooks } from '../src/http/audit/looks'
import { PingAllowance } from '../src/http/guide/ping-allowance'
import { AuctionPlaces } from '../src/http/intake/auction-places'
import { RequestRates } from '../src/http/plumbing/request-rates'
import type { Services } from '../src/http/services'
import { hashApiKey } from '../src/security/api-keys'
import { toHex } from '../src/security/bytes'
import { fingerprintOf } from '../src/security/fingerprint'
import { deriveKey, KeyedHash } from '../src/security/keyed-hash'
import { ShareTokens } from '../src/security/share-token'
import { SnapshotPublisher } from '../src/snapshots/publisher'
import { openDatabase } from '../src/stores/database'
import { PublishQueue } from '../src/stores/publish-queue'
import { createTenantStores } from '../src/stores/tenant-stores'
import { insertDeliveries, wakesOf } from '../src/stores/webhook-events'
import { buyerTrialWith, inquiriesWith } from './buyer-trial'
import { contractCompiler } from './contract-compiler'
import { pages } from './pages'
import { log, nameOf, newId, now } from './platform'
import { personErasure, privacyParts } from './privacy'
import { BUYER_SECRETS, partsOf } from './services'
import { EVENT_STAMPS, WEBHOOK_SECRET, wakeLater, webhookSender } from './webhooks'

const KEPT_ANSWER = 'kept-answer'

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

/** Behind the answer; what is not woken is found by the cron. */
function wakeSoon(env: Env, wakes: readonly WebhookWake[]): void {
  if (wakes.length === 0) return
  const failed = (error: unknown) => log('webhook_wake_failed', { endpoints: wakes.length, error: nameOf(error) })
  waitUntil(wakeLater(env, wakes).catch(failed))
}

/** Logs what kept the surface itself from answering. @returns the request's id, for the answer */
export function reportFailure(error: unknown): string {
  const requestId = newId('req')
  log('surface_failed', { requestId, error: nameOf(error) })
  return requestId
}
