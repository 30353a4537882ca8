/**
 * Whether a lead may go to auction, and with what: the campaign's snapshot judges it, the ping id must match it.
 */
import type { SubmitLead } from '../../contracts/objects'
import { packContract } from '../../contracts/packed-contract'
import type { ProblemCode, ProblemDetails } from '../../contracts/problem'
import type { CampaignSnapshot } from '../../contracts/snapshot'
import type { Campaign, SourceLink } from '../../core/campaign/campaign'
import { type Intake, judgeIntake } from '../../core/campaign/intake'
import type { LeadFields } from '../../core/lead/fields'
import { suppress } from '../plumbing/suppress'
import type { Services } from '../services'
import type { SupplierCall } from './caller'
import type { Identity } from './identity'

export type LeadVerdict =
  | { readonly kind: 'refused'; readonly code: ProblemCode; readonly details: ProblemDetails }
  | { readonly kind: 'let_in'; readonly objectId: string; readonly lead: SubmitLead }

const refuse = (code: ProblemCode, details: ProblemDetails = {}): LeadVerdict => ({ kind: 'refused', code, details })

export async function judgeLead(services: Services, call: SupplierCall, identity: Identity): Promise<LeadVerdict> {
  const snapshot = await services.snapshots.campaign(call.campaignId)
  if (snapshot === null || snapshot.campaign.tenantId !== call.principal.tenantId) return refuse('invalid_campaign')
  const link = snapshot.links[call.supplierId] ?? null
  const contracts = snapshot.contracts.map(({ terms }) => terms)
  const now = services.now()
  const intake = judgeIntake({ campaign: snapshot.campaign, link, contracts, input: call.input, call: 'post', now })
  switch (intake.kind) {
    case 'unauthorized':
      return refuse('unauthorized', { status: 403 })
    case 'refused':
      return refuse(intake.reason)
    case 'invalid':
      return refuse('invalid_payload', { fieldErrors: intake.errors })
    case 'filtered':
      return refuse('filtered', { members: { filter_errors: intake.filterErrors } })
    case 'eligible': {
      const wrong = await judgePingId(services, call, identity, intake.fields)
      if (wrong !== null) return wrong
      const left = await suppress(services, snapshot.campaign, intake)
      if (left === 'suppressed') return refuse('suppressed')
      const lead = await leadToSubmit({ services, identity, snapshot, link, intake: left })
      return { kind: 'let_in', objectId: identity.pingObjectId ?? services.auctions.mint(), lead }
    }
  }
}

async function judgePingId(
  services: Services,
  call: SupplierCall,
  { pingId }: Identity,
  fields: LeadFields,
): Promise<LeadVerdict | null> {
  if (pingId === null) return null
  const { campaignId, supplierId } = call
  const check = await services.pingTokens.check(pingId, { campaignId, supplierId, fields, now: services.now() })
  if (check.kind === 'invalid') return refuse('ping_id_invalid')
  if (check.expired) return refuse('ping_id_expired')
  if (check.mismatched.length === 0) return null
  const fieldErrors = check.mismatched.map((field) => {
    return { field, code: 'mismatch' as const, expected: 'the value that was pinged' }
  })
  return refuse('ping_id_mismatch', { fieldErrors })
}

interface LeadParts {
  readonly services: Services
  readonly identity: Identity
  readonly snapshot: CampaignSnapshot
  readonly link: SourceLink | null
  readonly intake: Extract<Intake, { kind: 'eligible' }>
}

async function leadToSubmit({ services, identity, snapshot, link, intake }: LeadParts): Promise<SubmitLead> {
  if (link === null) throw new Error('a lead was found eligible without a source link')
  const { campaign } = snapshot
  const wanted = new Set(intake.contenders.map(({ id }) => id))
  const contracts = snapshot.contracts.filter(({ terms }) => wanted.has(terms.id))
  return {
    fingerprint: identity.fingerprint,
    terms: {
      tenantId: campaign.tenantId,
      campaignId: campaign.id,
      campaignVersion: campaign.version,
      campaignName: campaign.name,
      vertical: campaign.vertical,
      subVertical: campaign.subVertical,
      distribution: campaign.distribution,
      currency: campaign.currency,
      floorMicros: campaign.floorMicros,
      maxSells: campaign.maxSells,
      bidWindowMs: campaign.bidWindowMs,
      postTimeoutMs: campaign.postTimeoutMs,
      deadlineMs: campaign.deadlineMs,
    },
    link,
    fields: { ...intake.fields },
    piiFields: campaign.fields.filter(({ pii }) => pii).map(({ name }) => name),
    contracts: contracts.map(packContract),
    refusals: intake.refusals,
    sealedSecrets: Object.fromEntries(
      contracts.flatMap(({ terms, sealedSecrets }) => (sealedSecrets === null ? [] : [[terms.id, sealedSecrets]])),
    ),
    identity: await identityOf(services, campaign, intake.fields),
    receivedAt: new Date(services.now()).toISOString(),
  }
}

/** What the lead is known again by: one key for each field that the campaign deduplicates by and the lead carries. */
async function identityOf(services: Services, campaign: Campaign, fields: LeadFields): Promise<SubmitLead['identity']> {
  if (campaign.dedupe === null) return null
  const present = campaign.dedupe.fields.filter((field) => fields[field] !== undefined)
  const keys = await Promise.all(
    present.map((field) => services.identityKey(`${campaign.id}\n${field}\n${String(fields[field]).toLowerCase()}`)),
  )
  return keys.length === 0 ? null : { keys: keys.sort(), days: campaign.dedupe.days }
}
