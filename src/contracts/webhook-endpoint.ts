/** Webhook endpoints and their deliveries as they are read and written: `/v1/webhook-endpoints`. */
import { z } from '@hono/zod-openapi'
import { textSchema } from './configuration'
import { checkOwner, instantSchema } from './credential'
import { roleSchema } from './scopes'
import { eventTypesFor, WEBHOOK_EVENT_TYPES, type WebhookEventType } from './webhook-event'

/** Endpoints that one party can have. */
export const MAX_ENDPOINTS = 50
/** Every type that the owner may have, also those to come. */
export const ALL_EVENTS = '*'

const URL_WORDS = 'https URL of at most 2000 characters'
const EVENTS_WORDS = `"*", or some of: ${WEBHOOK_EVENT_TYPES.join(', ')}`

const eventTypeSchema = z.enum(WEBHOOK_EVENT_TYPES as [WebhookEventType, ...WebhookEventType[]])

const eventsSchema = z
  .array(z.union([z.literal(ALL_EVENTS), eventTypeSchema], EVENTS_WORDS))
  .min(1, 'at least one event type')
  .max(100, 'at most 100 event types')
  .transform((events) => (events.includes(ALL_EVENTS) ? [ALL_EVENTS] : [...new Set(events)]))
  .openapi({
    type: 'array',
    items: { type: 'string', enum: [ALL_EVENTS, ...WEBHOOK_EVENT_TYPES] },
    example: ['lead.sold', 'lead.unmatched'],
  })

const members = {
  /** Whether it may be called is judged where URLs are guarded. */
  url: z
    .string(URL_WORDS)
    .min(1, URL_WORDS)
    .max(2_000, URL_WORDS)
    .openapi({ example: 'https://hooks.example.com/gavel' }),
  description: textSchema(200).nullable(),
  events: eventsSchema,
  status: z.enum(['enabled', 'disabled']),
}

/** The body of `POST /v1/webhook-endpoints`. A supplier or buyer leaves `role` and `subject_id` out: it owns what it makes. */
export const webhookEndpointSettingsSchema = z
  .strictObject({
    ...members,
    description: members.description.default(null),
    events: eventsSchema.default([ALL_EVENTS]).openapi({ default: [ALL_EVENTS] }),
    status: members.status.default('enabled'),
    role: roleSchema.optional().openapi({ description: "Whose it is; the caller's where left out." }),
    subject_id: textSchema(64)
      .optional()
      .openapi({ description: 'The supplier or buyer that an operator makes it for.' }),
  })
  .superRefine((value, context) => {
    if (value.role !== undefined) checkOwner({ role: value.role, subject_id: value.subject_id }, context)
  })
  .openapi('WebhookEndpointSettings')

/** The body of `PATCH /v1/webhook-endpoints/{id}`. */
export const webhookEndpointPatchSchema = z.strictObject(members).partial().openapi('WebhookEndpointPatch')

export const webhookEndpointSchema = z
  .object({
    id: z.string().openapi({ example: 'whe_01J9ZQ5F8W3B6T1X0V7K2M4N5P' }),
    role: roleSchema,
    subject_id: z.string().nullable().openapi({ description: "Null for the operator's." }),
    url: z.string().openapi({ example: 'https://hooks.example.com/gavel' }),
    description: z.string().nullable(),
    events: z.array(z.string()).openapi({ example: ['lead.sold'] }),
    status: members.status,
    disabled_reason: z
      .enum(['paused', 'failing', 'gone'])
      .nullable()
      .openapi({ description: '`paused` by hand, `failing` for five days, `gone` as it answered 410.' }),
    failing_since: z
      .string()
      .nullable()
      .openapi({ format: 'date-time', description: 'Since when it took nothing; null where it took the last event.' }),
    previous_secret_until: z
      .string()
      .nullable()
      .openapi({ format: 'date-time', description: 'Until when the secret before the last rotation signs too.' }),
    created_at: z.string().openapi({ format: 'date-time' }),
    updated_at: z.string().openapi({ format: 'date-time' }),
  })
  .openapi('WebhookEndpoint')

/** The answers that make a secret: the only ones that show it. */
export const newWebhookEndpointSchema = webhookEndpointSchema
  .extend({
    secret: z
      .string()
      .openapi({ description: 'Shown once.', example: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDazuNjA/3lGY=' }),
  })
  .openapi('NewWebhookEndpoint')

export const webhookDeliverySchema = z
  .object({
    event_id: z.string().openapi({ example: 'evt_01J9ZQ5F8W3B6T1X0V7K2M4N5P' }),
    type: z.string().openapi({ example: 'lead.sold' }),
    created_at: z.string().openapi({ format: 'date-time' }),
    status: z.enum(['pending', 'delivered', 'failed']).openapi({
      description: '`pending` will be tried again, `failed` will not unless somebody sends it again.',
    }),
    next_attempt_at: z.string().nullable().openapi({ format: 'date-time' }),
    attempts: z
      .array(
        z.object({
          at: z.string().openapi({ format: 'date-time' }),
          status_code: z
            .number()
            .int()
            .nullable()
            .openapi({ description: 'Null where nothing was answered.', example: 204 }),
          error: z.string().nullable().openapi({
            description: 'What kept it from being answered: `timed_out`, `network_error`, `url refused: …`.',
          }),
          duration_ms: z.number().int().openapi({ example: 120 }),
        }),
      )
      .openapi({ description: 'The newest last; the last 30.' }),
    data: z.record(z.string(), z.unknown()).openapi({ description: 'What the event tells.' }),
  })
  .openapi('WebhookDelivery')

/** The body of `POST /v1/webhook-endpoints/{id}/resend`. */
export const webhookResendSchema = z
  .strictObject({
    since: instantSchema.openapi({ description: 'Events from then on are sent again.' }),
    status: z.enum(['delivered', 'failed']).optional().openapi({
      description: 'Only those that stand so; all where left out. What is on its way already is left alone.',
    }),
  })
  .openapi('WebhookResend')

export const webhookResentSchema = z
  .object({ events: z.number().int().openapi({ description: 'How many are sent again.', example: 12 }) })
  .openapi('WebhookResent')

/** @returns the place of each type that a party of this role cannot have */
export function wrongEvents(
  role: z.infer<typeof roleSchema>,
  events: readonly string[],
): readonly (readonly [number, string])[] {
  const possible: readonly string[] = [ALL_EVENTS, ...eventTypesFor(role)]
  return events.flatMap((event, index) =>
    possible.includes(event) ? [] : [[index, `one of: ${possible.join(', ')}`] as const],
  )
}
