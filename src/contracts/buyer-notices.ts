/** What a buyer's account has to tell by itself: that a cap or a budget is reached. */

import { type Cap, capWindowStart } from '../core/limits/cap'
import { microsToNumber } from '../core/money/micros'
import type { WebhookEventData } from './webhook-event'
import type { WebhookDraft } from './webhook-outbox'

export interface ReachedLimit {
  readonly kind: 'cap' | 'budget'
  readonly cap: Cap & { readonly contractId?: string | null }
}

/**
 * @param at a moment in the period in which it was reached, ms since 1970
 * @returns the event; the same for all of the period
 */
export function capReached(buyerId: string, { kind, cap }: ReachedLimit, at: number): WebhookDraft {
  const contractId = cap.contractId ?? null
  const { period, timeZone, count, amountMicros } = cap
  const since = capWindowStart(cap, at)
  const data: WebhookEventData<'buyer.cap_reached'> = {
    buyer_id: buyerId,
    kind,
    contract_id: contractId,
    period,
    timezone: timeZone,
    count,
    amount: amountMicros === null ? null : microsToNumber(amountMicros),
    period_started_at: new Date(since).toISOString(),
  }
  const limit = [kind, contractId ?? '', period, timeZone, count ?? '', amountMicros ?? '', since].join('/')
  return {
    key: `buyer.cap_reached/${buyerId}/${limit}`,
    type: 'buyer.cap_reached',
    tellings: [
      { role: 'operator', subjectId: null, data },
      { role: 'buyer', subjectId: buyerId, data },
    ],
  }
}

/** What keeps the account's notices until they are stored. */
export interface NoticeAccountRpc {
  acknowledgeNotice(key: string): Promise<void>
}
