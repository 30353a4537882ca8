/** `GET /v1/leads`: the tenant's leads for operators, the newest first; seconds behind the answers to suppliers. */
import { createRoute } from '@hono/zod-openapi'
import { leadListQuerySchema, leadPageSchema } from '../../contracts/lead-record'
import { DEFAULT_LIMIT, pageBody } from '../../contracts/pagination'
import type { App } from '../app'
import { noteLeadLook } from '../audit/looks'
import { requireRole } from '../plumbing/authenticate'
import { problemsOf } from '../plumbing/described'
import { check, invalid } from '../plumbing/field-errors'
import { json } from '../plumbing/reply'
import { leadOfRow } from './lead-view'

const route = createRoute({
  method: 'get',
  path: '/v1/leads',
  operationId: 'listLeads',
  summary: 'List leads, the newest first',
  tags: ['Exchange'],
  request: { query: leadListQuerySchema },
  responses: {
    200: { description: 'A page of leads', content: { 'application/json': { schema: leadPageSchema } } },
    ...problemsOf('unauthorized', 'forbidden', 'invalid_payload'),
  },
})

const toIso = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString())

export function registerListLeads(app: App): void {
  app.openAPIRegistry.registerPath(route)
  app.get(route.path, requireRole('operator'), async (c) => {
    const query = check(leadListQuerySchema, c.req.query())
    if (!query.ok) return invalid(c, query.errors)
    const { limit = DEFAULT_LIMIT, cursor = null, status, campaign_id, supplier_id, buyer_id, from, to } = query.value
    const { services, principal } = c.var
    const page = await services.stores(principal.tenantId).leads.list(
      {
        status,
        campaignId: campaign_id,
        supplierId: supplier_id,
        buyerId: buyer_id,
        receivedFrom: toIso(from),
        receivedBefore: toIso(to),
      },
      { limit, after: cursor },
    )
    noteLeadLook(
      c,
      'lead.list',
      page.rows.map(({ id }) => id),
    )
    const rows = await Promise.all(page.rows.map((row) => leadOfRow(row, services.leadEnvelope)))
    return json(
      c,
      200,
      pageBody({ rows, next: page.next }, (lead) => lead),
    )
  })
}
