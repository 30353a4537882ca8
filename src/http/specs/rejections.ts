/** What each call can be refused with, in the words of the catalogue. */
import type { ApiSpec } from '../../contracts/api-spec'
import { ERROR_CATALOGUE, type ProblemCode } from '../../contracts/error-catalogue'
import { INTAKE_MESSAGES, type IntakeReason } from '../../core/reasons'

type Rejection = ApiSpec['rejections'][number]

const PING_REASONS: readonly Exclude<IntakeReason, 'unauthorized'>[] = [
  'filtered',
  'suppressed',
  'invalid_campaign',
  'inactive_campaign',
  'duplicate',
  'capped',
]

export const PING_REJECTIONS: readonly Rejection[] = PING_REASONS.map((code) => ({
  code,
  status: 200,
  on: 'ping',
  message: INTAKE_MESSAGES[code],
  action: ERROR_CATALOGUE[code].action,
}))

const LEAD_CODES: readonly ProblemCode[] = [
  'invalid_payload',
  'filtered',
  'suppressed',
  'duplicate',
  'capped',
  'inactive_campaign',
  'invalid_campaign',
  'ping_id_invalid',
  'ping_id_expired',
  'ping_id_mismatch',
  'ping_id_used',
  'idempotency_key_reused',
  'unauthorized',
  'rate_limited',
]

export const LEAD_REJECTIONS: readonly Rejection[] = LEAD_CODES.map((code) => refused('lead', code))

/** What the two calls of the exchange are refused with beyond that. */
export const EXCHANGE_REJECTIONS: readonly Rejection[] = [
  refused('bid', 'pii_in_ping'),
  refused('sale', 'invalid_bid_token'),
  refused('sale', 'bid_expired'),
  refused('sale', 'bid_mismatch'),
  refused('sale', 'bid_already_used'),
]

function refused(on: Rejection['on'], code: ProblemCode): Rejection {
  const { status, message, action } = ERROR_CATALOGUE[code]
  return { code, status, on, message, action }
}
