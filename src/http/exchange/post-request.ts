/** What a post of the exchange says: which auction, which bid, and the lead. */
import { z } from '@hono/zod-openapi'
import { type FieldError, MAX_FIELDS } from '../../core/lead/fields'
import type { JsonObject } from '../plumbing/body'
import { type FlatLead, flattenLead } from './flatten-lead'
import { membersOf } from './read-members'

const MAX_TOKEN_CHARS = 48 * 1_024

const optionalText = z.string().optional()

export const exchangePostSchema = z
  .object({
    auction_id: z.string().openapi({ description: "The caller's own id as it was pinged, or ours." }),
    bid_token: z.string(),
    lead: z
      .looseObject({
        first_name: optionalText,
        last_name: optionalText,
        email: optionalText,
        phone: optionalText,
        address: z
          .looseObject({ line1: optionalText, city: optionalText, state: optionalText, zip: optionalText })
          .optional(),
        tcpa: z
          .looseObject({
            consent_text: optionalText,
            consent_timestamp: optionalText,
            ip_address: optionalText,
            trustedform_cert_url: optionalText,
          })
          .optional(),
      })
      .openapi({ description: "The campaign's fields; what was pinged need not be repeated, and must not differ." }),
  })
  .openapi('ExchangePost', {
    example: {
      auction_id: 'a7f3c9e1',
      bid_token: 'bid_eyJjaWQiOiJjYW1wXzAxIn0.k1.c2lnbmF0dXJl',
      lead: {
        first_name: 'Maria',
        last_name: 'Garcia',
        email: 'maria@example.com',
        phone: '5125550182',
        address: { line1: '1200 Main St', city: 'Houston', state: 'TX', zip: '77002' },
        tcpa: {
          consent_text: 'I agree to be called about my request.',
          consent_timestamp: '2026-11-21T12:00:00Z',
          ip_address: '203.0.113.42',
          trustedform_cert_url: 'https://cert.trustedform.com/0000000000000000000000000000000000000000',
        },
      },
    },
  })

export interface PostRequest {
  readonly auctionId: string
  readonly bidToken: string
  readonly lead: FlatLead
}

/** @returns the request, or what is wrong with it */
export function readPostRequest(input: JsonObject): PostRequest | readonly FieldError[] {
  const members = membersOf(input)
  const auctionId = members.required('auction_id')
  const bidToken = members.required('bid_token', MAX_TOKEN_CHARS)
  const lead = Object.hasOwn(input, 'lead') ? input.lead : undefined
  const isObject = typeof lead === 'object' && lead !== null && !Array.isArray(lead)
  if (!isObject) {
    const code = lead === undefined || lead === null ? 'missing_required' : 'wrong_type'
    members.errors.push({ field: 'lead', code, expected: 'object with the members of the lead' })
  }
  const flat = flattenLead(isObject ? (lead as JsonObject) : {})
  if (Object.keys(flat.members).length > MAX_FIELDS) {
    members.errors.push({ field: 'lead', code: 'too_many_fields', expected: `at most ${MAX_FIELDS} fields` })
  }
  return members.errors.length > 0 ? members.errors : { auctionId, bidToken, lead: flat }
}
