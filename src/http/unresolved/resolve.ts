/**
 * `POST /v1/unresolved/{id}/resolve`: a person says what became of a post. The auction takes it as it would take the buyer's
 * own answer: it charges, pays and tells, or gives the lead up; what the buyer says after that changes nothing.
 */
import { createRoute, z } from '@hono/zod-openapi'
import type { AuctionView } from '../../contracts/objects'
import { resolutionSchema, resolvedSchema } from '../../contracts/unresolved'
import { decodeLeadId } from '../../security/public-ids'
import type { App, AppContext } from '../app'
import { newStamp } from '../manage/changes'
import { BODY_PROBLEMS, jsonAnswer, jsonBody, operatorEndpoint, problems, storesOf } from '../manage/operator-endpoint'
import { invalid, readChecked } from '../plumbing/field-errors'
import { json, problem } from '../plumbing/reply'
import { type OpenPost, openPostsOf } from './open-posts'

const route = createRoute({
  method: 'post',
  path: '/v1/unresolved/{id}/resolve',
  operationId: 'resolveSale',
  summary: 'Resolve a post whose outcome nobody knows as sold or not sold',
  tags: ['Operations'],
  request: {
    params: z.object({
      id: z
        .string()
        .openapi({ description: "The lead's id.", example: 'ld_0FbGyMvGcXDYhtYBvJXbP8b3wKTnqkUYGCc7GrXvhIu' }),
    }),
    body: jsonBody(resolutionSchema),
  },
  responses: {
    200: jsonAnswer('It is resolved', resolvedSchema),
    ...problems(...BODY_PROBLEMS, 'not_found', 'conflict'),
  },
})

export function registerResolveSale(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const resolution = await readChecked(c, resolutionSchema)
    if (resolution instanceof Response) return resolution
    const objectId = decodeLeadId(c.req.param('id') ?? '')
    const auction = objectId === null ? null : c.var.services.auctions.byId(objectId)
    const view = (await auction?.view(c.var.principal.tenantId)) ?? null
    if (auction === null || view === null || !view.hasLead) return problem(c, 'not_found')
    const post = findPost(c, view, resolution.contract_id)
    if (post instanceof Response) return post

    const { outcome, note, buyer_lead_id: reference } = resolution
    // On record before it is done: a resolution without a record is worse than a record of one that came too late.
    await record(c, view, post, { outcome, note, reference })
    const { contractId } = post
    if (!(await auction.resolvePost({ contractId, outcome, reference }))) return tooLate(c)
    const status = (await auction.view(c.var.principal.tenantId))?.status ?? view.status
    return json(c, 200, { lead_id: view.leadId, contract_id: contractId, outcome, status })
  })
}

function findPost(c: AppContext, view: AuctionView, contractId: string | undefined): OpenPost | Response {
  const open = openPostsOf(view)
  const named = contractId === undefined ? open : open.filter((post) => post.contractId === contractId)
  const [post, another] = named
  if (post === undefined) return tooLate(c)
  if (another === undefined) return post
  const expected = `one of: ${open.map((one) => one.contractId).join(', ')}`
  return invalid(c, [{ field: 'contract_id', code: 'missing_required', expected }])
}

function tooLate(c: AppContext): Response {
  return problem(c, 'conflict', {
    message: 'Nothing is unresolved here now: it is known, or being asked at this moment.',
  })
}

interface Said {
  readonly outcome: 'sold' | 'not_sold'
  readonly note: string
  readonly reference: string | null
}

async function record(c: AppContext, view: AuctionView, post: OpenPost, { outcome, note, reference }: Said) {
  const { contractId, buyerId, detail, post: sent } = post
  await storesOf(c).auditLog.record(newStamp(c), {
    action: 'unresolved.resolve',
    targetKind: 'lead',
    targetId: view.leadId,
    before: { contract_id: contractId, buyer_id: buyerId, outcome: 'unknown', reason: detail, tries: sent.tries },
    after: { contract_id: contractId, buyer_id: buyerId, outcome, buyer_lead_id: reference },
    details: { note },
  })
}
