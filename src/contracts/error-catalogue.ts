/**
 * Every error code that leaves Gavel: its status, its words, when it is answered, and what the caller should do about it.
 *
 * docs/errors.md and the errors of the OpenAPI document are made from this table, so that a code cannot exist without its
 * explanation. It imports nothing, so that scripts can read it as it stands.
 */

export type ProblemStatus = 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 422 | 429 | 500 | 503

export interface CatalogueEntry {
  readonly status: ProblemStatus
  readonly title: string
  /** What `message` says where the endpoint has nothing more exact to say. */
  readonly message: string
  /** When it is answered; a full sentence. */
  readonly when: string
  /** What the caller should do; a full sentence. */
  readonly action: string
  /** Further statuses that the code is answered with. */
  readonly also?: readonly ProblemStatus[]
}

const entry = (
  status: ProblemStatus,
  title: string,
  message: string,
  { when, action, also }: Pick<CatalogueEntry, 'when' | 'action' | 'also'>,
): CatalogueEntry => ({ status, title, message, when, action, ...(also === undefined ? {} : { also }) })

const SEND_AGAIN = 'Send the same request again after the seconds in `Retry-After`, with the same `Idempotency-Key`.'
const NOT_AGAIN = 'Do not send the lead again as it is: the answer stays the same.'
const PING_AGAIN = 'Ping again, and post with the new ping id.'
const BID_AGAIN = 'Ping again, and post to the new bid.'

export const ERROR_CATALOGUE = {
  malformed_body: entry(400, 'Malformed body', 'The body could not be read.', {
    when: 'The body is not UTF-8, not JSON (or a form), not an object, or nested deeper than 64 levels.',
    action: 'Correct how the body is encoded; nothing in it was looked at.',
  }),
  idempotency_key_invalid: entry(400, 'Idempotency key invalid', 'Idempotency-Key is 1 to 255 printable characters.', {
    when: 'The `Idempotency-Key` is empty, longer than 255 characters, or holds others than printable ASCII.',
    action: 'Send a UUID or another unique text, bare or in double quotes.',
  }),
  unauthorized: entry(401, 'Unauthorized', 'Invalid API key or supplier not linked to this campaign', {
    when:
      'There is no credential, or none that is known, live and not expired (401); or the supplier is not linked to the ' +
      'campaign, or the key is not its own (403).',
    action:
      'Check the key, that it belongs to this environment and to `flo_supplier_id`, and ask the operator for the link.',
    also: [403],
  }),
  forbidden: entry(403, 'Forbidden', 'This credential may not do that.', {
    when: 'The credential is valid, but its role or scopes do not cover this call.',
    action: 'Use a credential with the scope that the endpoint names.',
  }),
  not_found: entry(404, 'Not found', 'There is nothing here.', {
    when: 'No endpoint has this path, or nothing of yours has this id.',
    action: 'Check the path and the id; ids of another environment or party are answered like ids that do not exist.',
  }),
  invalid_campaign: entry(404, 'Invalid campaign', 'Campaign not found or has no active buyers', {
    when: 'A lead names a campaign that does not exist, or that no buyer is active in.',
    action: 'Check `flo_campaign_id`; if it is right, ask the operator whether the campaign has buyers.',
  }),
  method_not_allowed: entry(405, 'Method not allowed', 'This path does not take that method.', {
    when: 'The path exists, and takes other methods.',
    action: 'Use one of the methods in the `Allow` header.',
  }),
  conflict: entry(409, 'Conflict', 'The request conflicts with what is there.', {
    when: 'What should be changed is archived, or is being changed by others at the same time.',
    action: 'Read it again, and decide by what is there now.',
  }),
  not_settled: entry(409, 'Not settled', 'What became of this lead is not on the books yet. Ask again shortly.', {
    when: "A lead is returned while its buyer's answer is not known, or within seconds of its sale.",
    action: SEND_AGAIN,
  }),
  return_window_closed: entry(409, 'Return window closed', 'The time in which this lead could be returned is over.', {
    when: "A buyer returns a lead after its contract's window, or under a contract without returns.",
    action: 'Ask the operator, who can return it at any time.',
  }),
  already_returned: entry(409, 'Already returned', 'This sale has a return already.', {
    when: 'A return of the sale was asked for before, or is decided already, whatever came of it.',
    action: 'Read it with `GET /v1/returns`.',
  }),
  ping_id_used: entry(409, 'Ping id used', 'This ping id was used for another lead.', {
    when: 'A second lead with other data comes with a ping id that a lead was already sent with.',
    action: PING_AGAIN,
  }),
  bid_already_used: entry(409, 'Bid already used', 'This bid token was used for another lead.', {
    when: 'A second lead with other data comes with a bid token that a lead was already posted to.',
    action: BID_AGAIN,
  }),
  duplicate: entry(409, 'Duplicate', 'Lead was already received', {
    when: 'The campaign has seen a lead with the same identity, as its phone, within its window.',
    action: NOT_AGAIN,
  }),
  inactive_campaign: entry(409, 'Inactive campaign', 'Campaign is paused', {
    when: 'The operator paused the campaign.',
    action: 'Hold leads for this campaign until the operator resumes it.',
  }),
  capped: entry(409, 'Capped', 'Supplier has reached its cap for this campaign', {
    when: "The supplier's cap of leads or payouts for this campaign and period is reached.",
    action: 'Send no more until the period ends, or ask the operator for a higher cap.',
  }),
  idempotency_in_progress: entry(409, 'In progress', 'The first request with this key still runs. Ask again shortly.', {
    when: 'A request with the same `Idempotency-Key` and body has run for more than five seconds and has no answer yet.',
    action: SEND_AGAIN,
  }),
  body_too_large: entry(413, 'Body too large', 'A body is at most 64 KiB.', {
    when: 'The body is over the limit of the endpoint: 64 KiB for leads and pings, 1 MiB for configuration.',
    action: 'Send less; `message` names the limit.',
  }),
  unsupported_media_type: entry(
    415,
    'Unsupported media type',
    'The Content-Type is not one that this endpoint takes.',
    {
      when: 'The `Content-Type` is missing or is not one that the endpoint takes.',
      action: 'Send `application/json`; supplier endpoints also take `application/x-www-form-urlencoded`.',
    },
  ),
  invalid_payload: entry(422, 'Invalid payload', 'Some fields are not as expected.', {
    when: 'Members of the body or query are missing, of the wrong type, or have a value that is not allowed.',
    action: 'Correct each field that `field_errors` names to what it says is expected.',
  }),
  filtered: entry(422, 'Filtered', 'Lead does not meet campaign filters', {
    when: "The lead's values do not pass the campaign's filters; `filter_errors` says which.",
    action: NOT_AGAIN,
  }),
  suppressed: entry(422, 'Suppressed', "Lead phone or email appears on a buyer's suppression list", {
    when: 'The phone or email is on a suppression list of the campaign, or of every buyer that is left.',
    action: NOT_AGAIN,
  }),
  ping_id_invalid: entry(422, 'Ping id invalid', 'flo_ping_id is not a ping id of this supplier and campaign.', {
    when: '`flo_ping_id` was changed, or was issued to another supplier or for another campaign.',
    action: 'Send the ping id exactly as it was answered, or ping again.',
  }),
  ping_id_expired: entry(422, 'Ping id expired', 'flo_ping_id has expired. Ping again.', {
    when: 'More time has passed since the ping than its `expires_at` allows.',
    action: PING_AGAIN,
  }),
  ping_id_mismatch: entry(422, 'Ping id mismatch', 'The lead changes fields that were pinged.', {
    when: 'The lead has other values than the ping in the fields that `field_errors` names.',
    action: 'Send what was pinged, or ping again with the new values. Adding fields is fine.',
  }),
  pii_in_ping: entry(422, 'Personal data in a ping', 'A ping carries no contact data.', {
    when: 'A ping of the exchange API carries contact data, as a name, a phone or an email.',
    action: 'Leave out the fields that `field_errors` names; send them with the post.',
  }),
  ambiguous_campaign: entry(422, 'Ambiguous campaign', 'Several campaigns fit. Name one in campaign_id.', {
    when: 'A ping names no campaign, and the supplier is linked to several for its vertical and sub-vertical.',
    action: 'Name the campaign in `campaign_id`.',
  }),
  invalid_bid_token: entry(422, 'Invalid bid token', 'bid_token is not a bid of this supplier and auction.', {
    when: '`bid_token` was changed, belongs to another auction, or was issued to another supplier.',
    action: 'Send the bid token exactly as it was answered, or ping again.',
  }),
  bid_expired: entry(422, 'Bid expired', 'The bid is no longer valid. Ping again.', {
    when: "The post comes after the bid's `valid_until`.",
    action: BID_AGAIN,
  }),
  bid_mismatch: entry(422, 'Bid mismatch', 'The lead differs from what was pinged.', {
    when: 'The lead has other values than the ping in the fields that `field_errors` names; `zip` must begin with `zip3`.',
    action: 'Send what was pinged, or ping again with the new values.',
  }),
  idempotency_key_reused: entry(422, 'Idempotency key reused', 'This Idempotency-Key was used with another body.', {
    when: 'The same client sent this `Idempotency-Key` to this path with another body within 30 days.',
    action: 'Send each new request with a key of its own, and a repeated one with the very same body.',
  }),
  rate_limited: entry(429, 'Rate limited', 'Too many requests. Retry after the time in Retry-After.', {
    when: 'The client, or its supplier, sent more than its limit allows.',
    action: `${SEND_AGAIN} \`X-RateLimit-Remaining\` tells how much is left before that.`,
  }),
  internal_error: entry(500, 'Internal error', 'Something failed on our side.', {
    when: 'Something failed that no caller can cause or correct.',
    action:
      'Send the same request again with the same `Idempotency-Key`: it has one effect. If it stays, report the ' +
      '`request_id`.',
  }),
  overloaded: entry(503, 'Overloaded', 'Too much at once. Retry after the time in Retry-After.', {
    when: 'More is asked for at this moment than can be taken, as concurrent auctions of one supplier.',
    action: SEND_AGAIN,
  }),
} as const satisfies { readonly [code: string]: CatalogueEntry }

export type ProblemCode = keyof typeof ERROR_CATALOGUE
