/** `/v1/retention`: for how long a tenant keeps each class of a lead's fields. */
import { z } from '@hono/zod-openapi'

export interface RetentionDays {
  readonly contactDays: number
  readonly detailsDays: number
}

/** Two renewals of a policy for contact data; five years for the rest, as claims over calls are brought within four. */
export const DEFAULT_RETENTION: RetentionDays = { contactDays: 730, detailsDays: 1_826 }

const MAX_DAYS = 3_650
const WORDS = `whole number from 1 to ${MAX_DAYS}`
const days = (description: string, example: number) =>
  z.number(WORDS).int(WORDS).min(1, WORDS).max(MAX_DAYS, WORDS).openapi({ description, example })

export const retentionSchema = z
  .strictObject({
    contact_days: days(
      `Names, phones, emails, addresses and every other personal field; ${DEFAULT_RETENTION.contactDays} unless set.`,
      90,
    ),
    details_days: days(`Every other field; ${DEFAULT_RETENTION.detailsDays} unless set.`, 730),
  })
  .refine(({ contact_days, details_days }) => contact_days <= details_days, {
    path: ['contact_days'],
    error: 'at most details_days',
  })
  .openapi('Retention')
