/** Payloads and answers as the supplier's developer will see them, with the ids of supplier and campaign in them. */
import type { ApiSpec } from '../../contracts/api-spec'
import { problemBody } from '../../contracts/problem'
import type { Campaign, SourceLink } from '../../core/campaign/campaign'
import type { FieldDefinition, LeadFields } from '../../core/lead/fields'
import { describeFilter } from '../../core/lead/filters'
import { INTAKE_MESSAGES } from '../../core/reasons'

const SAMPLE_LEAD_ID = 'ld_0FbGyMvGcXDYhtYBvJXbP8b3wKTnqkUYGCc7GrXvhIu'
const SAMPLE_AUCTION_ID = 'auc_0FbGyMvGcXDYhtYBvJXbP8b3wKTnqkUYGCc7GrXvhIu'
const SAMPLE_REQUEST_ID = 'req_01J9ZQ5F8W3B6T1X0V7K2M4N5P'
const SAMPLE_PING_ID = 'eyJjaWQiOiJjYW1wXz….k1.…'
const SAMPLE_BID_TOKEN = 'bid_eyJjaWQiOiJjYW1wXz….k1.…'

/** @param fields those that the supplier is told of
 * @param lead a value for each of them */
export function samplesOf(
  campaign: Campaign,
  link: SourceLink,
  fields: readonly FieldDefinition[],
  lead: LeadFields,
): ApiSpec['samples'] {
  const ids = { flo_campaign_id: campaign.id, flo_supplier_id: link.supplierId }
  const pinged = fields.filter(
    ({ name, pii, requiredOn }) => lead[name] !== undefined && (!pii || requiredOn === 'ping'),
  )
  const pings = campaign.type === 'ping_post'
  const priced = campaign.pingMode === 'auction' ? { price: 38.5, currency: campaign.currency } : {}
  const [filter] = campaign.filters
  const base = { id: SAMPLE_LEAD_ID, campaign_id: campaign.id, currency: campaign.currency }
  const fieldError = { field: 'phone', code: 'missing_required', expected: 'phone number of 7 to 15 digits' }
  return {
    ping: pings ? { ...ids, ...unnamed(pinged, lead) } : null,
    ping_accepted: pings
      ? {
          accepted: true,
          ping_id: SAMPLE_PING_ID,
          ...priced,
          message: 'Lead accepted',
          expires_at: '2026-11-20T09:30:00.000Z',
        }
      : null,
    ping_refused: pings
      ? {
          accepted: false,
          reason: 'filtered',
          message: INTAKE_MESSAGES.filtered,
          filter_errors: [
            filter === undefined ? 'no active buyer takes a lead with these values' : describeFilter(filter),
          ],
        }
      : null,
    ...exchangeSamples(campaign, unnamed(pinged, lead), lead),
    lead: { ...ids, ...lead },
    lead_sold: { data: { ...base, status: 'ACCEPTED', buyer_id: 'buy_…', price: 38.5, redirect_url: null } },
    lead_unmatched: { data: { ...base, status: 'UNMATCHED', buyer_id: null, price: null, redirect_url: null } },
    lead_refused: { ...problemBody('invalid_payload', SAMPLE_REQUEST_ID, { fieldErrors: [fieldError] }) },
  }
}

function unnamed(fields: readonly FieldDefinition[], lead: LeadFields): LeadFields {
  return Object.fromEntries(fields.flatMap(({ name }) => (lead[name] === undefined ? [] : [[name, lead[name]]])))
}

type ExchangeSamples = Pick<ApiSpec['samples'], 'exchange_ping' | 'exchange_bid' | 'exchange_post' | 'exchange_sold'>

/** The same lead offered for a bid first. Contact data has no place in that ping, whatever the campaign requires of pings. */
function exchangeSamples(
  { id, type, currency, fields }: Campaign,
  pinged: LeadFields,
  lead: LeadFields,
): ExchangeSamples {
  if (type !== 'ping_post') return { exchange_ping: null, exchange_bid: null, exchange_post: null, exchange_sold: null }
  const personal = new Set(fields.filter(({ pii }) => pii).map(({ name }) => name))
  const open = Object.fromEntries(Object.entries(pinged).filter(([name]) => !personal.has(name)))
  const own = { auction_id: 'your-id-1', id: SAMPLE_AUCTION_ID }
  return {
    exchange_ping: { auction_id: 'your-id-1', campaign_id: id, ...open },
    exchange_bid: {
      ...own,
      bid: { amount: 38.5, currency, bid_token: SAMPLE_BID_TOKEN, valid_until: '2026-11-20T09:05:00.000Z' },
      buyer_filters_passed: [],
    },
    exchange_post: { auction_id: 'your-id-1', bid_token: SAMPLE_BID_TOKEN, lead: { ...lead } },
    exchange_sold: {
      ...own,
      lead_uuid: SAMPLE_LEAD_ID,
      status: 'sold',
      buyer_lead_id: 'B-77',
      price: 38.5,
      currency,
      redirect_url: null,
    },
  }
}
