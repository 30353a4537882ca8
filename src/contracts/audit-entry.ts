/** `GET /v1/audit-log`: who changed or looked at what, when, and what it was before and after. */
import { z } from '@hono/zod-openapi'
import { pageQuerySchema, pageSchema } from './pagination'
import { checkPeriod, periodMembers } from './period'
import { type Role, roleSchema } from './scopes'

/** Who does something: a role by the API key or OAuth client that it showed, in one request. */
export interface Actor {
  readonly role: Role
  readonly id: string
  readonly requestId: string
}

/** One thing that was done, beside who did it and when. */
export interface AuditedDeed {
  /** As `lead.read`: the kind of thing, and what was done to it. */
  readonly action: string
  readonly targetKind: string
  /** Null where there are several; `details` names them. */
  readonly targetId: string | null
  /** Plain JSON without secrets and personal data. */
  readonly before?: unknown
  readonly after?: unknown
  readonly details?: { readonly [name: string]: unknown }
  /** What a person wrote, sealed, since it may be about another; nulls where there is nothing. */
  readonly note?: { readonly sealedNote: string | null; readonly sealedNoteKey: string | null }
}

export const auditEntrySchema = z
  .object({
    id: z.string().openapi({ example: 'aud_01J9ZQ5F8W3B6T1X0V7K2M4N5P' }),
    at: z.string().openapi({ format: 'date-time' }),
    actor: z.object({
      role: roleSchema,
      id: z
        .string()
        .openapi({ description: 'The API key or OAuth client.', example: 'key_01J9ZQ5F8W3B6T1X0V7K2M4N5P' }),
    }),
    request_id: z.string().openapi({ example: 'req_01J9ZQ5F8W3B6T1X0V7K2M4N5P' }),
    action: z.string().openapi({ example: 'buyer.update' }),
    target: z.object({ kind: z.string().openapi({ example: 'buyer' }), id: z.string().nullable() }),
    before: z.unknown().openapi({ description: 'The record as it was, secrets masked; null where there was none.' }),
    after: z.unknown().openapi({ description: 'The record as it is since; null where it is gone.' }),
    details: z.record(z.string(), z.unknown()).nullable().openapi({
      description: 'A `note` in it is sealed at rest, and null once the lead that it is about is erased.',
    }),
  })
  .openapi('AuditEntry')

export type AuditEntryWire = z.input<typeof auditEntrySchema>

const text = z.string('text').min(1, 'text').max(100, 'at most 100 characters').optional()

/** The id of the last entry that was seen. */
const CURSOR_PARTS = 1

export const auditLogQuerySchema = pageQuerySchema(CURSOR_PARTS)
  .extend({
    action: text.openapi({
      description: 'As `lead.read`; `lead` finds all that was done to leads.',
      example: 'buyer.update',
    }),
    actor_id: text,
    target_id: text.openapi({ description: 'Also finds entries about several, of which it is one.' }),
    ...periodMembers,
  })
  .superRefine(checkPeriod)

export const auditPageSchema = pageSchema(auditEntrySchema).openapi('AuditPage')
