/**
 * From a campaign's snapshot to what one supplier's developer is told. Of buyers nothing is read: not even a field that only
 * their configuration names.
 */
import type { ApiSpec } from '../../contracts/api-spec'
import { ERROR_CATALOGUE, type ProblemCode } from '../../contracts/error-catalogue'
import { problemBody } from '../../contracts/problem'
import type { CampaignSnapshot, SpecsSnapshot } from '../../contracts/snapshot'
import type { Campaign, SourceLink } from '../../core/campaign/campaign'
import { expectedOf, type FieldDefinition, type FieldValue, type LeadFields } from '../../core/lead/fields'
import { describeFilter } from '../../core/lead/filters'
import { sampleLead } from '../../core/lead/sample'
import { INTAKE_MESSAGES, type IntakeReason } from '../../core/reasons'

const SAMPLE_LEAD_ID = 'ld_0FbGyMvGcXDYhtYBvJXbP8b3wKTnqkUYGCc7GrXvhIu'
const SAMPLE_REQUEST_ID = 'req_01J9ZQ5F8W3B6T1X0V7K2M4N5P'
const SAMPLE_PING_ID = 'eyJjaWQiOiJjYW1wXz….k1.…'

export interface SpecParts {
  readonly snapshot: CampaignSnapshot
  readonly specs: SpecsSnapshot
  readonly link: SourceLink
  /** As `https://api.example`. */
  readonly origin: string
  readonly token: string
}

export function specOf({ snapshot: { campaign }, specs, link, origin, token }: SpecParts): ApiSpec {
  const told = campaign.fields.filter(({ name }) => specs.fields.includes(name))
  const sample = sampleLead(told, campaign.filters)
  const page = `${origin}/api-specs/${token}`
  return {
    campaign: {
      id: campaign.id,
      name: campaign.name,
      vertical: campaign.vertical,
      sub_vertical: campaign.subVertical,
      type: campaign.type,
      ping_mode: campaign.pingMode,
      status: campaign.status,
      currency: campaign.currency,
    },
    supplier: { id: link.supplierId, name: link.supplierName },
    authentication: { header: 'x-api-key', note: 'The key was shown once, when it was made; ask your contact for it.' },
    endpoints: endpointsOf(campaign, origin),
    fields: told.map((field) => fieldOf(field, sample[field.name])),
    filters: campaign.filters.map(describeFilter),
    duplicates: duplicatesOf(campaign),
    samples: samplesOf(campaign, link, told, sample),
    rejections: [...(campaign.type === 'ping_post' ? PING_REJECTIONS : []), ...LEAD_REJECTIONS],
    documents: { html: page, json: `${page}.json`, markdown: `${page}.md`, openapi: `${origin}/openapi.json` },
  }
}

function endpointsOf({ type }: Campaign, origin: string): ApiSpec['endpoints'] {
  const ping = {
    name: 'ping',
    method: 'POST',
    url: `${origin}/api/v1/ping`,
    purpose: 'Would this lead be taken? Nothing is stored. The ping_id of the answer goes into the lead.',
  }
  return [
    ...(type === 'ping_post' ? [ping] : []),
    {
      name: 'lead',
      method: 'POST',
      url: `${origin}/api/v1/ingest`,
      purpose: 'The lead itself. The answer says whether it was sold.',
    },
    {
      name: 'status',
      method: 'GET',
      url: `${origin}/api/v1/leads/{id}`,
      purpose: 'What became of a lead that was PENDING.',
    },
  ]
}

function fieldOf(field: FieldDefinition, sample: FieldValue | undefined): ApiSpec['fields'][number] {
  const conditions = field.requiredWhen ?? []
  const isRequired = field.required || conditions.length > 0
  return {
    name: field.name,
    type: field.type,
    expected: expectedOf(field),
    required_on: isRequired ? field.requiredOn : null,
    required_when: conditions
      .map(describeFilter)
      .map((words) =>
        words.replace(' must be ', ' is ').replace(' must not be ', ' is not ').replace(' must ', ' does '),
      ),
    allowed_values: field.values === null ? null : [...field.values],
    personal: field.pii,
    sample: sample ?? null,
  }
}

function duplicatesOf({ dedupe }: Campaign): string | null {
  if (dedupe === null) return null
  return `A lead with the same ${dedupe.fields.join(' or ')} as one sold within ${dedupe.days} days is refused as duplicate.`
}

function samplesOf(
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
    ping: pings ? { ...ids, ...Object.fromEntries(pinged.map(({ name }) => [name, lead[name]])) } : null,
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
    lead: { ...ids, ...lead },
    lead_sold: { data: { ...base, status: 'ACCEPTED', buyer_id: 'buy_…', price: 38.5, redirect_url: null } },
    lead_unmatched: { data: { ...base, status: 'UNMATCHED', buyer_id: null, price: null, redirect_url: null } },
    lead_refused: { ...problemBody('invalid_payload', SAMPLE_REQUEST_ID, { fieldErrors: [fieldError] }) },
  }
}

type Rejection = ApiSpec['rejections'][number]

const PING_REASONS: readonly Exclude<IntakeReason, 'unauthorized'>[] = [
  'filtered',
  'suppressed',
  'invalid_campaign',
  'inactive_campaign',
  'duplicate',
  'capped',
]

const PING_REJECTIONS: readonly Rejection[] = PING_REASONS.map((code) => ({
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

const LEAD_REJECTIONS: readonly Rejection[] = LEAD_CODES.map((code) => {
  const { status, message, action } = ERROR_CATALOGUE[code]
  return { code, status, on: 'lead', message, action }
})
