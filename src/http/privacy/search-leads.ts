/** `POST /v1/leads/search`: the leads of a person by phone or email, which a URL must not carry. Writes nothing. */
import { createRoute } from '@hono/zod-openapi'
import { leadPageSchema } from '../../contracts/lead-record'
import { leadSearchSchema } from '../../contracts/lead-search'
import { pageBody } from '../../contracts/pagination'
import type { App } from '../app'
import { noteLeadLook } from '../audit/looks'
import { viewsOf } from '../exchange/lead-views'
import { requireRole } from '../plumbing/authenticate'
import { BODY_PROBLEMS, jsonAnswer, jsonBody, problemsOf } from '../plumbing/described'
import { readChecked } from '../plumbing/field-errors'
import { json } from '../plumbing/reply'
import { contactOf } from './subject'

const route = createRoute({
  method: 'post',
  path: '/v1/leads/search',
  operationId: 'searchLeads',
  summary: 'Find leads by phone or email, the newest first',
  description: 'Any spelling of a phone finds it. Erased leads are not found. Seconds behind the answers to suppliers.',
  tags: ['Privacy'],
  request: { body: jsonBody(leadSearchSchema) },
  responses: {
    200: jsonAnswer('A page of leads', leadPageSchema),
    ...problemsOf('unauthorized', 'forbidden', ...BODY_PROBLEMS),
  },
})

export function registerSearchLeads(app: App): void {
  app.openAPIRegistry.registerPath(route)
  app.post(route.path, requireRole('operator'), async (c) => {
    const input = await readChecked(c, leadSearchSchema)
    if (input instanceof Response) return input
    const { services, principal } = c.var
    const key = await services.contactIndex.keyOf(principal.tenantId, contactOf(input))
    const { leads } = services.stores(principal.tenantId)
    const page = await leads.withContact(key ?? '', { limit: input.limit, after: input.cursor ?? null })
    const rows = await viewsOf(c, page.rows)
    noteLeadLook(
      c,
      'lead.list',
      page.rows.map(({ id }) => id),
    )
    return json(
      c,
      200,
      pageBody({ rows, next: page.next }, (lead) => lead),
    )
  })
}
