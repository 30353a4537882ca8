/** Events as webhook endpoints receive them: `{"id","type","created_at","data"}`. */
import { z } from '@hono/zod-openapi'

/** Every event type, with when it is sent. */
export const WEBHOOK_EVENTS = {
  'lead.posted': 'A lead was posted to a buyer.',
  'lead.unmatched': 'No buyer took a lead.',
  'lead.pending': "The winner's answer to a lead is not known yet.",
  'lead.sold': 'A buyer took a lead.',
  'lead.qualified': 'A lead was reported as qualified.',
  'lead.contacted': 'A lead was reported as contacted.',
  'lead.returned': 'A sold lead was returned.',
  'auction.closed': 'The bid window of an auction closed.',
  'buyer.cap_reached': 'A buyer reached one of its caps.',
  'webhook.failing': 'Deliveries to an endpoint have been failing.',
} as const

export type WebhookEventType = keyof typeof WEBHOOK_EVENTS

const FACTS: { readonly [type in WebhookEventType]: { readonly [name: string]: unknown } } = {
  'lead.posted': { lead_id: 'ld_1', auction_id: 'auc_1', campaign_id: 'camp_1', buyer_id: 'buy_1' },
  'lead.unmatched': { lead_id: 'ld_1', auction_id: 'auc_1', campaign_id: 'camp_1', reason: 'below_floor' },
  'lead.pending': { lead_id: 'ld_1', auction_id: 'auc_1', campaign_id: 'camp_1' },
  'lead.sold': { lead_id: 'ld_1', auction_id: 'auc_1', campaign_id: 'camp_1', price: 38.5, currency: 'USD' },
  'lead.qualified': { lead_id: 'ld_1', campaign_id: 'camp_1' },
  'lead.contacted': { lead_id: 'ld_1', campaign_id: 'camp_1' },
  'lead.returned': { lead_id: 'ld_1', campaign_id: 'camp_1', reason: 'wrong_number' },
  'auction.closed': { auction_id: 'auc_1', campaign_id: 'camp_1', bids: 3 },
  'buyer.cap_reached': { buyer_id: 'buy_1', period: 'day' },
  'webhook.failing': { endpoint_id: 'whe_1' },
}

/** @returns the schema of one event */
export function webhookEventSchema(type: WebhookEventType) {
  return z
    .object({
      id: z.string().openapi({ description: 'The same on every delivery of this event.' }),
      type: z.literal(type),
      created_at: z.string().openapi({ format: 'date-time' }),
      data: z.record(z.string(), z.unknown()),
    })
    .openapi({
      example: { id: 'evt_01J9ZQ5F8W3B6T1X0V7K2M4N5P', type, created_at: '2026-11-20T09:00:00Z', data: FACTS[type] },
    })
}
