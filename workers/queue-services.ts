/** What the consumers of the queues need. */
import type { SoldAttempt } from '../src/contracts/buyer-account'
import type { QueueServices } from '../src/queues'
import type { ReportedSale } from '../src/queues/charges'
import { decodeAuctionId } from '../src/security/public-ids'
import { DeadLetterStore } from '../src/stores/dead-letter-store'
import { applyLeadProjections } from '../src/stores/projector-store'
import { writeWebhookEvents } from '../src/stores/webhook-events'
import { log, now } from './platform'
import { partsOf } from './services'
import { EVENT_STAMPS, wakeLater, webhookSender } from './webhooks'

/** @returns what the consumers of all queues act with */
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
    charge: async ({ tenantId, buyerId }, sold) => shared.account(tenantId, buyerId).commit(sold.map(ofObject)),
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

/** Accounts know auctions by their objects. @throws where it is no auction's id: such a report is given back */
function ofObject({ auctionId, attempt }: ReportedSale): SoldAttempt {
  const objectId = decodeAuctionId(auctionId)
  if (objectId === null) throw new Error('not an auction id')
  return { auctionId: objectId, attempt }
}
