/** What a ping of the exchange says: whom it is for, how long it waits, and what is known of the lead. */
import { z } from '@hono/zod-openapi'
import type { FieldError } from '../../core/lead/fields'
import { MAX_FIELDS } from '../../core/lead/fields'
import type { JsonObject } from '../plumbing/body'
import { membersOf } from './read-members'

/** The contract's bid window: by default, and at most. */
export const MAX_WINDOW_MS = 5_000

export const exchangePingSchema = z
  .looseObject({
    auction_id: z.string().max(128).optional().openapi({ description: "The caller's own id, echoed as given." }),
    campaign_id: z.string().optional(),
    vertical: z.string().optional().openapi({ description: 'Needed where no campaign is named.' }),
    sub_vertical: z.string().optional(),
    expires_at: z.string().optional().openapi({ format: 'date-time', description: 'At most 5 s ahead.' }),
    zip3: z.string().optional(),
  })
  .openapi('ExchangePing', {
    description: "Any of the campaign's fields besides, none of them contact data.",
    example: {
      auction_id: 'a7f3c9e1',
      vertical: 'auto_insurance',
      sub_vertical: 'non_standard',
      state: 'TX',
      zip3: '770',
      currently_insured: true,
      ai_quality_score: 0.84,
      source: 'facebook_ads',
      tcpa_consent: true,
      trustedform_cert_url: 'https://cert.trustedform.com/0000000000000000000000000000000000000000',
    },
  })

export interface PingRequest {
  /** The caller's own id of the auction. */
  readonly reference: string | null
  readonly campaignId: string | null
  readonly vertical: string | null
  readonly subVertical: string | null
  /** Milliseconds since 1970; null where the caller leaves it to us. */
  readonly expiresAt: number | null
  readonly zip3: string | null
}

/** @returns the request, or what is wrong with it */
export function readPingRequest(input: JsonObject): PingRequest | readonly FieldError[] {
  const members = membersOf(input)
  const campaignId = members.optional('campaign_id')
  const request: PingRequest = {
    reference: members.optional('auction_id'),
    campaignId,
    vertical: campaignId === null ? members.required('vertical') : members.optional('vertical'),
    subVertical: members.optional('sub_vertical'),
    expiresAt: readExpiry(members.optional('expires_at'), members.errors),
    zip3: readZip3(input.zip3, members.errors),
  }
  if (Object.keys(input).length > MAX_FIELDS) {
    members.errors.push({ field: '', code: 'too_many_fields', expected: `at most ${MAX_FIELDS} fields` })
  }
  return members.errors.length > 0 ? members.errors : request
}

const RFC3339 = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})$/

function readExpiry(text: string | null, errors: FieldError[]): number | null {
  if (text === null) return null
  const at = RFC3339.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(at)) return at
  errors.push({ field: 'expires_at', code: 'invalid_value', expected: 'time as RFC 3339, as 2026-11-21T12:00:05Z' })
  return null
}

/** A number is taken for the digits it spells, as with a whole ZIP code. */
function readZip3(raw: unknown, errors: FieldError[]): string | null {
  if (raw === undefined || raw === null || raw === '') return null
  const text = typeof raw === 'number' ? String(raw).padStart(3, '0') : typeof raw === 'string' ? raw.trim() : ''
  if (/^\d{3}$/.test(text)) return text
  errors.push({ field: 'zip3', code: 'invalid_value', expected: 'the first three digits of a US ZIP code' })
  return null
}
