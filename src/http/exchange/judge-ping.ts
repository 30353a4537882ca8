/** Whether a ping of the exchange goes to auction, and with what. */
import type { SubmitLead } from '../../contracts/auction-lead'
import type { ProblemCode, ProblemDetails } from '../../contracts/problem'
import { judgeIntake } from '../../core/campaign/intake'
import type { FieldError, LeadFields } from '../../core/lead/fields'
import { INTAKE_MESSAGES, type IntakeReason } from '../../core/reasons'
import type { Principal } from '../app'
import { leadToSubmit } from '../intake/lead-to-submit'
import type { JsonObject } from '../plumbing/body'
import { suppress } from '../plumbing/suppress'
import type { Services } from '../services'
import { contactDataIn } from './contact-data'
import { type FoundCampaign, findCampaign, fits } from './find-campaign'
import { MAX_WINDOW_MS, type PingRequest } from './ping-request'

export type PingVerdict =
  | { readonly kind: 'refused'; readonly code: ProblemCode; readonly details: ProblemDetails }
  /** There is nobody to ask. */
  | { readonly kind: 'no_bid'; readonly reason: IntakeReason | 'no_campaign'; readonly detail: string }
  | { readonly kind: 'let_in'; readonly lead: SubmitLead }

export interface PingCall {
  readonly principal: Principal
  readonly supplierId: string
  readonly input: JsonObject
  readonly request: PingRequest
  readonly fingerprint: string
}

const refuse = (code: ProblemCode, details: ProblemDetails = {}): PingVerdict => ({ kind: 'refused', code, details })
const noBid = (reason: IntakeReason, detail: string = INTAKE_MESSAGES[reason]): PingVerdict => {
  return { kind: 'no_bid', reason, detail }
}

export async function judgePing(services: Services, call: PingCall): Promise<PingVerdict> {
  const { request, supplierId, principal, input } = call
  const { campaignId, vertical, subVertical } = request
  const wanted = { tenantId: principal.tenantId, supplierId, campaignId, vertical: vertical ?? '', subVertical }
  const found = await findCampaign(services, wanted)
  const contact = contactDataIn(input, found.kind === 'found' ? found.snapshot.campaign.fields : [])
  if (contact.length > 0) return refuse('pii_in_ping', { fieldErrors: contact.map(leftOut) })
  if (found.kind === 'ambiguous') return refuse('ambiguous_campaign')
  if (found.kind === 'none') {
    return {
      kind: 'no_bid',
      reason: 'no_campaign',
      detail: 'no campaign takes leads of this vertical from this supplier',
    }
  }
  const { campaign } = found.snapshot
  if (vertical !== null && !fits(campaign, { vertical, subVertical })) {
    const expected = 'the vertical and sub-vertical of the campaign that is named'
    return refuse('invalid_payload', { fieldErrors: [{ field: 'vertical', code: 'mismatch', expected }] })
  }
  return judgeFound(services, call, found.snapshot)
}

async function judgeFound(
  services: Services,
  { request, supplierId, principal, input, fingerprint }: PingCall,
  snapshot: Extract<FoundCampaign, { kind: 'found' }>['snapshot'],
): Promise<PingVerdict> {
  const { campaign } = snapshot
  const link = snapshot.links[supplierId] ?? null
  const contracts = snapshot.contracts.map(({ terms }) => terms)
  const now = services.now()
  const { zip3, reference, expiresAt } = request
  const members = zip3 === null ? input : { ...input, zip3 }
  const intake = judgeIntake({ campaign, link, contracts, input: members, call: 'ping', now })
  switch (intake.kind) {
    case 'unauthorized':
      return refuse('unauthorized', { status: 403 })
    case 'refused':
      return noBid(intake.reason)
    case 'invalid':
      return refuse('invalid_payload', { fieldErrors: intake.errors })
    case 'filtered':
      return noBid('filtered', intake.filterErrors.join('; '))
    case 'eligible': {
      const withinMs = Math.min(MAX_WINDOW_MS, (expiresAt ?? Number.POSITIVE_INFINITY) - now)
      if (withinMs <= 0) {
        const error: FieldError = { field: 'expires_at', code: 'invalid_value', expected: 'a time that has not passed' }
        return refuse('invalid_payload', { fieldErrors: [error] })
      }
      const left = await suppress(services, campaign, intake)
      if (left === 'suppressed') return noBid('suppressed')
      const gate = services.supplierGate(principal.tenantId, supplierId)
      const isCapped = link?.capped.pings === true || link?.capped.leads === true
      if (isCapped && !(await services.pingAllowance.take(gate, supplierId, campaign.id))) {
        return noBid('capped')
      }
      const fields: LeadFields = zip3 === null ? left.fields : { ...left.fields, zip3 }
      const lead = await leadToSubmit({ services, fingerprint, snapshot, link, intake: { ...left, fields } })
      return { kind: 'let_in', lead: { ...lead, identity: null, offer: { surface: 'exchange', reference, withinMs } } }
    }
  }
}

function leftOut(field: string): FieldError {
  return { field, code: 'unknown_field', expected: 'left out; contact data comes with the post' }
}
