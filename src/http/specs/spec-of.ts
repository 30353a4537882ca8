/**
 * From a campaign's snapshot to what one supplier's developer is told. Of buyers nothing is read: not even a field that only
 * their configuration names.
 */
import type { ApiSpec } from '../../contracts/api-spec'
import type { CampaignSnapshot, SpecsSnapshot } from '../../contracts/snapshot'
import type { Campaign, SourceLink } from '../../core/campaign/campaign'
import { expectedOf, type FieldDefinition, type FieldValue } from '../../core/lead/fields'
import { describeFilter } from '../../core/lead/filters'
import { sampleLead } from '../../core/lead/sample'
import { EXCHANGE_REJECTIONS, LEAD_REJECTIONS, PING_REJECTIONS } from './rejections'
import { samplesOf } from './samples'

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
    rejections: rejectionsOf(campaign),
    documents: { html: page, json: `${page}.json`, markdown: `${page}.md`, openapi: `${origin}/openapi.json` },
  }
}

function rejectionsOf({ type }: Campaign): ApiSpec['rejections'] {
  return type === 'ping_post' ? [...PING_REJECTIONS, ...LEAD_REJECTIONS, ...EXCHANGE_REJECTIONS] : [...LEAD_REJECTIONS]
}

function endpointsOf({ type }: Campaign, origin: string): ApiSpec['endpoints'] {
  const ping = {
    name: 'ping',
    method: 'POST',
    url: `${origin}/api/v1/ping`,
    purpose: 'Would this lead be taken? Nothing is stored. The ping_id of the answer goes into the lead.',
  }
  const exchange = [
    {
      name: 'bid',
      method: 'POST',
      url: `${origin}/v1/ping`,
      purpose: 'Instead of ping and lead: run the auction now, without contact data, and be told the bid.',
    },
    {
      name: 'sale',
      method: 'POST',
      url: `${origin}/v1/post`,
      purpose: 'Sell the lead to that bid, with its bid_token, before valid_until.',
    },
  ]
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
    ...(type === 'ping_post' ? exchange : []),
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
