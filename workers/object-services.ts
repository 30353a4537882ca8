/** What each class of objects needs: made once an isolate for auctions, of which an isolate has thousands. */
import type { AuctionServices } from '../durable-objects/auction/services'
import type { BuyerAccountServices } from '../durable-objects/buyer-account/buyer-account'
import type { BuyerLine } from '../durable-objects/buyer-line/buyer-line'
import type { ClientGateServices } from '../durable-objects/client-gate/client-gate'
import type { SupplierGateServices } from '../durable-objects/supplier-gate/supplier-gate'
import type { SuppressionBuilderServices } from '../durable-objects/suppression-builder'
import { toHex } from '../src/security/bytes'
import { SuppressionBuilder } from '../src/snapshots/suppression-builder'
import { createTenantStores } from '../src/stores/tenant-stores'
import { log, now } from './platform'
import { partsOf } from './services'

/** Who answers within this of the others costs no guess; a reservation would not be had sooner anyway. */
const EARLY_RESERVATION_MS = 5
/** No two buyers of an auction share their first 64 bits. */
const TIE_BREAK_BYTES = 8

let ofAuctions: AuctionServices | undefined

/** @returns the same for every auction of the isolate */
export function auctionServices(env: Env): AuctionServices {
  ofAuctions ??= makeAuctionServices(env)
  return ofAuctions
}

function makeAuctionServices(env: Env): AuctionServices {
  const shared = partsOf(env)
  const { line, envelope, recordSeals, contactIndex, reader, pingTokens, bidTokens } = shared
  return {
    now,
    line,
    newShard: () => env.PING_SHARD.get(env.PING_SHARD.newUniqueId()),
    account: (tenantId, buyerId) => shared.account(tenantId, buyerId),
    rotation: (tenantId, campaignId) => env.ROTATION.get(env.ROTATION.idFromName(`${tenantId}/${campaignId}`)),
    gate: (tenantId, supplierId) => shared.gate(tenantId, supplierId),
    identityIndex: (tenantId, campaignId, prefix) => shared.identityIndex(tenantId, campaignId, prefix),
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

/** @returns what pings buyers for an auction */
export function shardServices(env: Env): { readonly line: BuyerLine } {
  return { line: partsOf(env).line }
}

/** For those who hold something for an auction and may have to ask it what became of that. */
export function holderServices(env: Env): Pick<SupplierGateServices, 'now' | 'auction'> {
  const shared = partsOf(env)
  return { now, auction: (objectId) => shared.auction(objectId) }
}

/** @returns what a buyer's account asks and tells */
export function accountServices(env: Env): BuyerAccountServices {
  return {
    ...holderServices(env),
    notify: async (notice) => {
      await env.WEBHOOK_QUEUE.send(notice)
    },
  }
}

/** @returns the clock and the fences of a client's gate */
export function clientGateServices(): ClientGateServices {
  return { now, newFence: () => crypto.randomUUID() }
}

/** @returns what builds a tenant's suppression index */
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
