/** `GET /v1/leads`: the tenant's leads, or a supplier's own, the newest first; seconds behind the answers to suppliers. */
import { createRoute, z } from '@hono/zod-openapi'
import { leadListQuerySchema, leadPageSchema, supplierLeadPageSchema } from '../../contracts/lead-record'
import { DEFAULT_LIMIT, pageBody } from '../../contracts/pagination'
import type { App } from '../app'
import { noteLeadLook } from '../audit/looks'
import { requireRole } from '../plumbing/authenticate'
import { problemsOf } from '../plumbing/described'
import { check, invalid } from '../plumbing/field-errors'
import { json } from '../plumbing/reply'
import { leadOfRow } from './lead-view'
import { leadForSupplier } from './supplier-view'

const route = createRoute({
  method: 'get',
  path: '/v1/leads',
  operationId: 'listLeads',
  summary: 'List leads, the newest first',
  tags: ['Exchange'],
  request: { query: leadListQuerySchema },
  responses: {
    200: {
      description: 'A page of leads',
      content: { 'application/json': { schema: z.union([leadPageSchema, supplierLeadPageSchema]) } },
    },
    ...problemsOf('unauthorized', 'forbidden', 'invalid_payload'),
  },
})

const BUYER_LEFT_OUT = { field: 'buyer_id', code: 'unknown_field' as const, expected: 'left out' }

const toIso = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString())

export function registerListLeads(app: App): void {
  app.openAPIRegistry.registerPath(route)
  app.get(route.path, requireRole('operator', 'supplier'), async (c) => {
    const query = check(leadListQuerySchema, c.req.query())
    if (!query.ok) return invalid(c, query.errors)
    const { limit = DEFAULT_LIMIT, cursor = null, status, campaign_id, supplier_id, buyer_id, from, to } = query.value
    const { services, principal } = c.var
    const own = principal.role === 'supplier' ? (principal.subjectId ?? '') : null
    // Whom a lead went to is not the supplier's to know.
    if (own !== null && buyer_id !== undefined) return invalid(c, [BUYER_LEFT_OUT])
    if (own !== null && supplier_id !== undefined && supplier_id !== own)
      return json(c, 200, { data: [], next_cursor: null })
    const page = await services.stores(principal.tenantId).leads.list(
      {
        status,
        campaignId: campaign_id,
        supplierId: own ?? supplier_id,
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
      pageBody({ rows, next: page.next }, (lead) => (own === null ? lead : leadForSupplier(lead))),
    )
  })
}
