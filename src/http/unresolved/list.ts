/** `GET /v1/unresolved`: sales of which nobody knows, the oldest first, for operators. */
import { createRoute } from '@hono/zod-openapi'
import type { AuctionView } from '../../contracts/auction-view'
import { encodeCursor, pageSchema } from '../../contracts/pagination'
import { unresolvedQuerySchema, unresolvedSaleSchema } from '../../contracts/unresolved'
import { decodeLeadId } from '../../security/public-ids'
import type { App, AppContext } from '../app'
import { jsonAnswer, operatorEndpoint, problems, storesOf } from '../manage/operator-endpoint'
import { check, invalid } from '../plumbing/field-errors'
import { json } from '../plumbing/reply'
import { openPostsOf, unresolvedWire } from './open-posts'

const route = createRoute({
  method: 'get',
  path: '/v1/unresolved',
  operationId: 'listUnresolved',
  summary: 'List posts whose outcome nobody knows, the oldest first',
  tags: ['Operations'],
  request: { query: unresolvedQuerySchema },
  responses: { 200: jsonAnswer('One page', pageSchema(unresolvedSaleSchema)), ...problems('invalid_payload') },
})

/** Each lead asks its auction. */
const DEFAULT_LEADS = 20
const AT_A_TIME = 6

export function registerListUnresolved(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const query = check(unresolvedQuerySchema, c.req.query())
    if (!query.ok) return invalid(c, query.errors)
    const { limit = DEFAULT_LEADS, cursor = null } = query.value
    const { rows, next } = await storesOf(c).leads.listUnsettled({ limit, after: cursor })
    const views = await viewsOf(
      c,
      rows.map(({ id }) => id),
    )
    const data = views.flatMap((view) => openPostsOf(view).map((bid) => unresolvedWire(view, bid)))
    return json(c, 200, { data, next_cursor: next === null ? null : encodeCursor(next) })
  })
}

/** @returns what the leads' auctions know, in their order; one that cannot be asked now is left out */
async function viewsOf(c: AppContext, leadIds: readonly string[]): Promise<readonly AuctionView[]> {
  const { services, principal } = c.var
  const views: (AuctionView | null)[] = []
  for (let start = 0; start < leadIds.length; start += AT_A_TIME) {
    const some = leadIds.slice(start, start + AT_A_TIME).map(async (leadId) => {
      const objectId = decodeLeadId(leadId)
      const auction = objectId === null ? null : services.auctions.byId(objectId)
      return (await auction?.view(principal.tenantId).catch(() => null)) ?? null
    })
    views.push(...(await Promise.all(some)))
  }
  return views.filter((view) => view !== null)
}
