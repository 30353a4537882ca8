/**
 * Whether a lead may go to auction, and with what: the campaign's snapshot judges it, the ping id must match it.
 */
import type { PostedLead, SubmitLead } from '../../contracts/auction-lead'
import type { ProblemCode, ProblemDetails } from '../../contracts/problem'
import { judgeIntake } from '../../core/campaign/intake'
import type { LeadFields } from '../../core/lead/fields'
import { leadToPost, leadToSubmit } from '../intake/lead-to-submit'
import { suppress } from '../plumbing/suppress'
import type { Services } from '../services'
import type { SupplierCall } from './caller'
import type { Identity } from './identity'

export type LeadVerdict =
  | { readonly kind: 'refused'; readonly code: ProblemCode; readonly details: ProblemDetails }
  | { readonly kind: 'let_in'; readonly objectId: string; readonly lead: SubmitLead }
  /** The ping id carries a price: the lead goes to the offer that was made with it. */
  | { readonly kind: 'for_offer'; readonly objectId: string; readonly lead: PostedLead }

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
      const { fingerprint } = identity
      const lead = await leadToSubmit({ services, fingerprint, snapshot, link, intake: left })
      const { pingObjectId, pingMode } = identity
      if (pingObjectId === null) return { kind: 'let_in', objectId: services.auctions.mint(), lead }
      if (pingMode === 'eligibility') return { kind: 'let_in', objectId: pingObjectId, lead }
      const contractIds = left.contenders.map(({ id }) => id)
      return { kind: 'for_offer', objectId: pingObjectId, lead: leadToPost(lead, contractIds) }
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
