/**
 * Events before they are addressed: what happened, and what each party is told of it. Written to the database with the change
 * that they tell of, where they become one delivery for each endpoint that wants them.
 */
import { z } from '@hono/zod-openapi'
import type { Role } from './scopes'
import { WEBHOOK_EVENT_TYPES, type WebhookEventType } from './webhook-event'

export interface WebhookDraft {
  /** Names what happened: of two drafts with one key, an endpoint hears once. */
  readonly key: string
  readonly type: WebhookEventType
  readonly tellings: readonly WebhookTelling[]
}

/** What one party is told. */
export interface WebhookTelling {
  readonly role: Role
  /** The supplier or buyer; null tells the tenant's operators. */
  readonly subjectId: string | null
  readonly data: object
}

/** An endpoint that has something to send. */
export interface WebhookWake {
  readonly kind: 'webhook_wake'
  readonly tenantId: string
  readonly endpointId: string
}

/** An event that did not come with a projection, on its way to the database; its sender is told once it is there. */
export interface WebhookNotice {
  readonly kind: 'webhook_notice'
  readonly tenantId: string
  /** The buyer whose account sends it. */
  readonly buyerId: string
  readonly draft: WebhookDraft
}

const idSchema = z.string().min(1).max(200)

const draftSchema = z.object({
  key: z.string().min(1).max(500),
  type: z.enum(WEBHOOK_EVENT_TYPES as [WebhookEventType, ...WebhookEventType[]]),
  tellings: z
    .array(
      z.object({
        role: z.enum(['operator', 'supplier', 'buyer']),
        subjectId: idSchema.nullable(),
        data: z.record(z.string(), z.unknown()),
      }),
    )
    .max(100),
})

export const webhookMessageSchema: z.ZodType<WebhookWake | WebhookNotice> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('webhook_wake'), tenantId: idSchema, endpointId: idSchema }),
  z.object({ kind: z.literal('webhook_notice'), tenantId: idSchema, buyerId: idSchema, draft: draftSchema }),
])
