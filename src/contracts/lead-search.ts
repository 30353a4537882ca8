/** `POST /v1/leads/search`: finds leads by a phone or an email, which have no place in a URL. */
import { z } from '@hono/zod-openapi'
import { canonicalEmail, canonicalPhone } from '../core/suppression/contact'
import { DEFAULT_LIMIT, decodeCursor, MAX_LIMIT } from './pagination'

const PHONE_WORDS = 'phone number of 7 to 15 digits'
const EMAIL_WORDS = 'email address'
const ONE_WORDS = 'one of phone and email'
const CURSOR_WORDS = 'next_cursor of an earlier answer'
const LIMIT_WORDS = `whole number from 1 to ${MAX_LIMIT}`
/** When the lead was received, and its id. */
const CURSOR_PARTS = 2

const contactMembers = {
  phone: z
    .string(PHONE_WORDS)
    .refine((text) => canonicalPhone(text) !== null, { error: PHONE_WORDS })
    .optional()
    .openapi({ description: 'In any spelling.', example: '(512) 555-0182' }),
  email: z
    .string(EMAIL_WORDS)
    .refine((text) => canonicalEmail(text) !== null, { error: EMAIL_WORDS })
    .optional()
    .openapi({ example: 'maria@example.com' }),
}

interface OneContact {
  readonly phone?: string | undefined
  readonly email?: string | undefined
}

function checkOne({ phone, email }: OneContact, context: z.RefinementCtx): void {
  if ((phone === undefined) !== (email === undefined)) return
  context.addIssue({ code: 'custom', path: ['phone'], message: ONE_WORDS })
}

/** A person by one contact. */
export const subjectSchema = z.strictObject(contactMembers).superRefine(checkOne).openapi('Subject')

export const leadSearchSchema = z
  .strictObject({
    ...contactMembers,
    limit: z
      .number(LIMIT_WORDS)
      .int(LIMIT_WORDS)
      .min(1, LIMIT_WORDS)
      .max(MAX_LIMIT, LIMIT_WORDS)
      .default(DEFAULT_LIMIT),
    cursor: z
      .string(CURSOR_WORDS)
      .transform((text, context) => {
        const parts = decodeCursor(text)
        if (parts !== null && parts.length === CURSOR_PARTS) return parts
        context.addIssue({ code: 'custom', message: CURSOR_WORDS })
        return z.NEVER
      })
      .openapi({ type: 'string' })
      .optional(),
  })
  .superRefine(checkOne)
  .openapi('LeadSearch')
