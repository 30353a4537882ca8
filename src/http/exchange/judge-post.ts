/**
 * Whether a posted lead may be sold to the bid that it names: the token is genuine, in time and for this lead, and the lead
 * as a whole is one that the campaign takes. All of it from the token and the snapshot.
 */
import type { PostedLead } from '../../contracts/auction-lead'
import type { ProblemCode, ProblemDetails } from '../../contracts/problem'
import { judgeIntake } from '../../core/campaign/intake'
import { type FieldDefinition, type FieldError, type LeadFields, readFields } from '../../core/lead/fields'
import type { BidClaims, OpenedBid } from '../../security/bid-token'
import { encodeAuctionId } from '../../security/public-ids'
import { leadToPost, leadToSubmit } from '../intake/lead-to-submit'
import type { JsonObject } from '../plumbing/body'
import { suppress } from '../plumbing/suppress'
import type { Services } from '../services'
import { type FlatLead, isPresent } from './flatten-lead'
import type { SupplierCaller } from './read-supplier'

export type PostVerdict =
  | { readonly kind: 'refused'; readonly code: ProblemCode; readonly details: ProblemDetails }
  | { readonly kind: 'let_in'; readonly lead: PostedLead }

export interface PostCall extends SupplierCaller {
  /** What the caller knows the auction by. */
  readonly auctionId: string
  readonly lead: FlatLead
  readonly fingerprint: string
}

const refuse = (code: ProblemCode, details: ProblemDetails = {}): PostVerdict => ({ kind: 'refused', code, details })

/** @returns what the token says, or null where it is nothing to this caller and auction */
export function bidFor(bid: OpenedBid | null, { supplierId, auctionId }: PostCall): OpenedBid | null {
  if (bid === null || bid.claims.supplierId !== supplierId) return null
  return namesOf(bid.claims).includes(auctionId) ? bid : null
}

function namesOf({ reference, objectId }: BidClaims): readonly (string | null)[] {
  return [reference, encodeAuctionId(objectId)]
}

export async function judgePost(services: Services, call: PostCall, bid: OpenedBid): Promise<PostVerdict> {
  const { claims } = bid
  const { principal, supplierId, lead, fingerprint } = call
  const now = services.now()
  if (claims.expiresAt <= now) return refuse('bid_expired')
  const snapshot = await services.snapshots.campaign(claims.campaignId)
  if (snapshot === null || snapshot.campaign.tenantId !== principal.tenantId) return refuse('invalid_bid_token')
  const { campaign } = snapshot
  const mismatched = await mismatchedFields(bid, lead, campaign.fields)
  if (mismatched.length > 0) return refuse('bid_mismatch', { fieldErrors: mismatched })

  const link = snapshot.links[supplierId] ?? null
  const contracts = snapshot.contracts.map(({ terms }) => terms)
  const input = wholeOf(bid.pinged, lead.members)
  const intake = judgeIntake({ campaign, link, contracts, input, call: 'post', now })
  switch (intake.kind) {
    case 'unauthorized':
      return refuse('unauthorized', { status: 403 })
    case 'refused':
      return refuse(intake.reason)
    case 'invalid':
      return refuse('invalid_payload', { fieldErrors: intake.errors.map((error) => atPath(error, lead)) })
    case 'filtered':
      return refuse('filtered', { members: { filter_errors: intake.filterErrors } })
    case 'eligible': {
      const left = await suppress(services, campaign, intake)
      if (left === 'suppressed') return refuse('suppressed')
      const whole = await leadToSubmit({ services, fingerprint, snapshot, link, intake: left })
      const fields = withZip3(whole.fields, bid.pinged)
      const contractIds = left.contenders.map(({ id }) => id)
      return { kind: 'let_in', lead: leadToPost({ ...whole, fields }, contractIds) }
    }
  }
}

/** What was pinged need not be repeated; what is repeated was found equal. */
function wholeOf(pinged: LeadFields, posted: JsonObject): JsonObject {
  const whole: Record<string, unknown> = Object.assign(Object.create(null), pinged)
  for (const [name, value] of Object.entries(posted)) if (isPresent(value)) whole[name] = value
  return whole
}

/** A campaign need not know `zip3` for its buyers to have been asked with it. */
function withZip3(fields: LeadFields, { zip3 }: LeadFields): LeadFields {
  return zip3 === undefined ? fields : { ...fields, zip3 }
}

/** @returns the pinged fields that the lead has otherwise, by their names and never their values */
async function mismatchedFields(
  bid: OpenedBid,
  lead: FlatLead,
  definitions: readonly FieldDefinition[],
): Promise<readonly FieldError[]> {
  const { fields } = readFields(definitions, lead.members, 'ping')
  const { zip3 } = bid.pinged
  const names = (await bid.mismatched(fields)).filter((name) => name !== 'zip3')
  const errors = names.map((name) => mismatch(lead.pathOf(name), 'the value that was pinged, or nothing'))
  if (zip3 === undefined) return errors
  const { zip, zip3: posted } = lead.members
  if (isPresent(zip) && !String(zip).trim().startsWith(String(zip3))) {
    errors.push(mismatch(lead.pathOf('zip'), 'a ZIP code that begins with the zip3 that was pinged'))
  } else if (isPresent(posted) && String(posted).trim().padStart(3, '0') !== zip3) {
    errors.push(mismatch(lead.pathOf('zip3'), 'the value that was pinged, or nothing'))
  }
  return errors
}

function mismatch(field: string, expected: string): FieldError {
  return { field, code: 'mismatch', expected }
}

function atPath(error: FieldError, lead: FlatLead): FieldError {
  return { ...error, field: lead.pathOf(error.field) }
}
