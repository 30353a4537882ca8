/** `GET /v1/leads`: the tenant's leads, a supplier's own or what a buyer bought, the newest first; seconds behind the answers. */
import { createRoute, z } from '@hono/zod-openapi'
import {
  buyerLeadPageSchema,
  leadListQuerySchema,
  leadPageSchema,
  supplierLeadPageSchema,
} from '../../contracts/lead-record'
import { DEFAULT_LIMIT, pageBody } from '../../contracts/pagination'
import type { LeadFilter } from '../../stores/lead-store'
import type { App, AppContext } from '../app'
import { noteLeadLook } from '../audit/looks'
import { requireRole } from '../plumbing/authenticate'
import { problemsOf } from '../plumbing/described'
import { check, invalid } from '../plumbing/field-errors'
import { json } from '../plumbing/reply'
import { viewsOf } from './lead-views'

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
      content: {
        'application/json': { schema: z.union([leadPageSchema, supplierLeadPageSchema, buyerLeadPageSchema]) },
      },
    },
    ...problemsOf('unauthorized', 'forbidden', 'invalid_payload'),
  },
})

const toIso = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString())

export function registerListLeads(app: App): void {
  app.openAPIRegistry.registerPath(route)
  app.get(route.path, requireRole('operator', 'supplier', 'buyer'), async (c) => {
    const query = check(leadListQuerySchema, c.req.query())
    if (!query.ok) return invalid(c, query.errors)
    const { limit = DEFAULT_LIMIT, cursor = null } = query.value
    const filter = filterFor(c, query.value)
    if (filter instanceof Response) return filter
    const { leads } = c.var.services.stores(c.var.principal.tenantId)
    const page = await leads.list(filter, { limit, after: cursor })
    const ids = page.rows.map(({ id }) => id)
    const rows = await viewsOf(c, page.rows)
    noteLeadLook(c, 'lead.list', ids)
    return json(
      c,
      200,
      pageBody({ rows, next: page.next }, (lead) => lead),
    )
  })
}

/** What is not the caller's to know is not to be asked for. @returns the filter, with the caller's own id where it has one */
function filterFor(c: AppContext, query: z.output<typeof leadListQuerySchema>): LeadFilter | Response {
  const { role, subjectId } = c.var.principal
  const filter = {
    status: query.status,
    campaignId: query.campaign_id,
    supplierId: query.supplier_id,
    buyerId: query.buyer_id,
    receivedFrom: toIso(query.from),
    receivedBefore: toIso(query.to),
  }
  if (role === 'operator') return filter
  const [own, others] =
    role === 'supplier' ? (['supplierId', 'buyer_id'] as const) : (['buyerId', 'supplier_id'] as const)
  if (query[others] !== undefined) return invalid(c, [{ field: others, code: 'unknown_field', expected: 'left out' }])
  // Of others there is nothing, rather than a refusal.
  const isOther = filter[own] !== undefined && filter[own] !== subjectId
  return isOther ? json(c, 200, { data: [], next_cursor: null }) : { ...filter, [own]: subjectId ?? '' }
}
