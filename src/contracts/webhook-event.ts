/**
 * The events that webhook endpoints receive: `{"id","type","created_at","data"}`. One table says which there are, when each is
 * sent, who may have it, and what it tells; checks, subscriptions and the OpenAPI document are made from it.
 *
 * An event tells each party its own side only. A member that not everybody sees is optional and says who does; no member is
 * personal data.
 */
import { z } from '@hono/zod-openapi'
import type { Role } from './scopes'

const lead = z.string().openapi({ example: 'ld_0FbGyMvGcXDYhtYBvJXbP8b3wKTnqkUYGCc7GrXvhIu' })
const auction = z.string().openapi({ example: 'auc_0FbGyMvGcXDYhtYBvJXbP8b3wKTnqkUYGCc7GrXvhIu' })
const campaign = z.string().openapi({ example: 'camp_01J9ZQ5F8W3B6T1X0V7K2M4N5P' })
const supplier = z
  .string()
  .optional()
  .openapi({ description: 'Not shown to buyers.', example: 'sup_01J9ZQ5F8W3B6T1X0V7K2M4N5P' })
const buyer = z.string().openapi({ example: 'buy_01J9ZQ5F8W3B6T1X0V7K2M4N5P' })
const buyerSide = buyer.optional().openapi({ description: 'Shown to operators and to the buyer itself.' })
const endpoint = z.string().openapi({ example: 'whe_01J9ZQ5F8W3B6T1X0V7K2M4N5P' })
const instant = z.string().openapi({ format: 'date-time', example: '2026-11-20T09:00:00.000Z' })
const currency = z.string().openapi({ example: 'USD' })

const leadMembers = {
  lead_id: lead,
  auction_id: auction,
  campaign_id: campaign,
  supplier_id: supplier,
  test: z
    .boolean()
    .openapi({ description: 'A lead of a source link in test mode: nobody pays for it.', example: false }),
}

const operatorOnly = (description: string, example: number) =>
  z
    .number()
    .optional()
    .openapi({ description: `${description} Shown to operators.`, example })

const reportMembers = {
  ...leadMembers,
  status: z.string().openapi({ example: 'qualified' }),
  reported_revenue: z.number().optional().openapi({ example: 120 }),
  currency: currency.optional(),
  occurred_at: instant,
}

const capMembers = {
  buyer_id: buyer,
  kind: z.enum(['cap', 'budget']),
  contract_id: z
    .string()
    .nullable()
    .openapi({ description: 'Null where it holds for all of the buyer.', example: null }),
  period: z.enum(['hour', 'day', 'week', 'month', 'total']).openapi({ example: 'day' }),
  timezone: z.string().openapi({ example: 'America/Chicago' }),
  count: z.number().nullable().openapi({ description: 'The limit by count.', example: 200 }),
  amount: z.number().nullable().openapi({ description: 'The limit by amount.', example: null }),
  period_started_at: instant,
}

const failingMembers = {
  endpoint_id: endpoint,
  url: z.string().openapi({ example: 'https://hooks.example.com/gavel' }),
  failing_since: instant,
  last_error: z.string().openapi({ example: 'status 500' }),
}

interface EventEntry {
  /** When it is sent. */
  readonly when: string
  /** Who can subscribe to it. */
  readonly audience: readonly Role[]
  readonly data: z.ZodObject
}

const EVERYBODY: readonly Role[] = ['operator', 'supplier', 'buyer']

/** Every event type. */
export const WEBHOOK_EVENTS = {
  'lead.posted': {
    when: 'A lead was posted to a buyer, whatever came of it.',
    audience: EVERYBODY,
    data: z.object({
      ...leadMembers,
      buyer_id: buyerSide,
    }),
  },
  'lead.sold': {
    when: 'A buyer took a lead.',
    audience: EVERYBODY,
    data: z.object({
      ...leadMembers,
      buyer_id: buyerSide,
      price: z.number().openapi({
        description:
          "What the receiver pays or is paid: a buyer its price, a supplier its payout, an operator the buyer's price.",
        example: 38.5,
      }),
      revenue: operatorOnly('What the buyer pays.', 38.5),
      payout: operatorOnly('What the supplier is paid.', 28.9),
      currency,
      sold_at: instant,
    }),
  },
  'lead.unmatched': {
    when: 'No buyer took a lead.',
    audience: ['operator', 'supplier'],
    data: z.object({ ...leadMembers, reason: z.string().nullable().openapi({ example: 'below_floor' }) }),
  },
  'lead.pending': {
    when: 'The answer of a buyer that was sent a lead is not known yet; another event will say what became of it.',
    audience: EVERYBODY,
    data: z.object({
      ...leadMembers,
      buyer_id: buyerSide,
    }),
  },
  'lead.qualified': {
    when: 'A lead was reported as qualified.',
    audience: EVERYBODY,
    data: z.object(reportMembers),
  },
  'lead.contacted': {
    when: 'A lead was reported as contacted.',
    audience: EVERYBODY,
    data: z.object(reportMembers),
  },
  'lead.returned': {
    when: 'A sold lead was returned.',
    audience: EVERYBODY,
    data: z.object({
      ...leadMembers,
      buyer_id: buyerSide,
      reason: z.string().openapi({ example: 'wrong_number' }),
      amount: z.number().openapi({
        description: 'What the receiver gets or gives back: a buyer its price, a supplier its payout.',
        example: 38.5,
      }),
      currency,
    }),
  },
  'auction.closed': {
    when: 'The bid window of an auction closed.',
    audience: EVERYBODY,
    data: z.object({
      ...leadMembers,
      bids: z
        .number()
        .int()
        .optional()
        .openapi({ description: 'How many buyers bid. Shown to operators.', example: 3 }),
      result: z
        .enum(['won', 'lost', 'pending'])
        .optional()
        .openapi({ description: "The buyer's own part. Shown to it." }),
      amount: z
        .number()
        .nullable()
        .optional()
        .openapi({ description: "The buyer's own bid. Shown to it.", example: 38.5 }),
      reason: z
        .string()
        .nullable()
        .optional()
        .openapi({ description: 'Why the buyer did not get the lead. Shown to it.', example: 'outbid' }),
      currency,
    }),
  },
  'buyer.cap_reached': {
    when: 'A buyer reached one of its caps or budgets, once a period.',
    audience: ['operator', 'buyer'],
    data: z.object(capMembers),
  },
  'webhook.failing': {
    when: 'An endpoint did not take an event, nor its first repetition; told to the other endpoints of its owner and to operators.',
    audience: EVERYBODY,
    data: z.object(failingMembers),
  },
  'webhook.disabled': {
    when: 'An endpoint was disabled: it failed for five days, or answered 410.',
    audience: EVERYBODY,
    data: z.object({ ...failingMembers, reason: z.enum(['failing', 'gone']) }),
  },
  'webhook.test': {
    when: 'Somebody asked for a test event.',
    audience: EVERYBODY,
    data: z.object({ endpoint_id: endpoint }),
  },
} as const satisfies { readonly [type: string]: EventEntry }

export type WebhookEventType = keyof typeof WEBHOOK_EVENTS
export const WEBHOOK_EVENT_TYPES = Object.keys(WEBHOOK_EVENTS) as readonly WebhookEventType[]

/** What an event of the type tells; members that not everybody sees may be missing. */
export type WebhookEventData<Type extends WebhookEventType> = z.input<(typeof WEBHOOK_EVENTS)[Type]['data']>

/** @returns the types that a party of this role can subscribe to */
export function eventTypesFor(role: Role): readonly WebhookEventType[] {
  return WEBHOOK_EVENT_TYPES.filter((type) => (WEBHOOK_EVENTS[type].audience as readonly Role[]).includes(role))
}

/** @returns the schema of one event, as it is sent */
export function webhookEventSchema(type: WebhookEventType) {
  return z.object({
    id: z.string().openapi({
      description: 'The same on every delivery of this event.',
      example: 'evt_01J9ZQ5F8W3B6T1X0V7K2M4N5P',
    }),
    type: z.literal(type),
    created_at: instant,
    data: WEBHOOK_EVENTS[type].data,
  })
}

/** @returns the body of a delivery; the same event gives the same bytes */
export function webhookBody(event: {
  readonly id: string
  readonly type: string
  readonly createdAt: string
  readonly data: unknown
}): string {
  return JSON.stringify({ id: event.id, type: event.type, created_at: event.createdAt, data: event.data })
}
