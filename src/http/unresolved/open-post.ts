/**
 * The one post that a call is about, and how it ends: on record first, then by the auction, which takes it or not.
 */

import type { AuctionRpc } from '../../contracts/auction'
import type { AuctionView } from '../../contracts/auction-view'
import type { AuditedDeed } from '../../contracts/audit-entry'
import type { PostResolution, PostResolverRpc } from '../../contracts/unresolved'
import { decodeLeadId } from '../../security/public-ids'
import type { AppContext } from '../app'
import { newStamp } from '../manage/changes'
import { storesOf } from '../manage/operator-endpoint'
import { invalid } from '../plumbing/field-errors'
import { problem } from '../plumbing/reply'
import { type OpenPost, openPostsOf } from './open-posts'

export interface FoundPost {
  readonly auction: AuctionRpc & PostResolverRpc
  readonly view: AuctionView
  readonly post: OpenPost
}

/**
 * Finds the open post of the lead in the path.
 *
 * @param contractId needed where several are open
 * @returns it, or the answer that says why there is none: 404, 409 or 422
 */
export async function findOpenPost(c: AppContext, contractId: string | undefined): Promise<FoundPost | Response> {
  const objectId = decodeLeadId(c.req.param('id') ?? '')
  const auction = objectId === null ? null : c.var.services.auctions.byId(objectId)
  const view = (await auction?.view(c.var.principal.tenantId)) ?? null
  if (auction === null || view === null || !view.hasLead) return problem(c, 'not_found')
  const open = openPostsOf(view)
  const named = contractId === undefined ? open : open.filter((post) => post.contractId === contractId)
  const [post, another] = named
  if (post === undefined) return tooLate(c)
  if (another === undefined) return { auction, view, post }
  const expected = `one of: ${open.map((one) => one.contractId).join(', ')}`
  return invalid(c, [{ field: 'contract_id', code: 'missing_required', expected }])
}

/** @returns 409: a call that is about nothing any more, or not at this moment */
export function tooLate(c: AppContext): Response {
  return problem(c, 'conflict', {
    message: 'Nothing is unresolved here now: it is known, or being asked at this moment.',
  })
}

/**
 * Resolves a post as sold or not sold, with who says so on the audit log.
 *
 * @param found how it was found out, for the record
 * @returns whether its outcome was unknown until now, and how the lead stands since
 */
export async function resolveOnRecord(
  c: AppContext,
  { auction, view, post }: FoundPost,
  resolution: Omit<PostResolution, 'contractId'>,
  found: Pick<AuditedDeed, 'details' | 'note'>,
): Promise<{ readonly isNews: boolean; readonly status: AuctionView['status'] }> {
  const { outcome, reference } = resolution
  const { contractId, buyerId, detail, post: sent } = post
  // On record before it is done: a resolution without a record is worse than a record of one that came too late.
  await storesOf(c).auditLog.record(newStamp(c), {
    action: 'unresolved.resolve',
    targetKind: 'lead',
    targetId: view.leadId,
    before: { contract_id: contractId, buyer_id: buyerId, outcome: 'unknown', reason: detail, tries: sent.tries },
    after: { contract_id: contractId, buyer_id: buyerId, outcome, buyer_lead_id: reference },
    ...found,
  })
  const isNews = await auction.resolvePost({ contractId, ...resolution })
  return { isNews, status: (await auction.view(c.var.principal.tenantId))?.status ?? view.status }
}
