/** `GET /v1/leads/{id}/events`: every step of what became of a lead, for operators; kept for 30 days, then empty. */
import { createRoute, z } from '@hono/zod-openapi'
import type { AuctionView } from '../../contracts/auction-view'
import { type LeadEventsWire, leadEventsSchema } from '../../contracts/lead-record'
import { decodeLeadId } from '../../security/public-ids'
import type { App } from '../app'
import { requireRole } from '../plumbing/authenticate'
import { jsonAnswer, problemsOf } from '../plumbing/described'
import { json, problem } from '../plumbing/reply'
import { readAuction } from './read-auction'

const route = createRoute({
  method: 'get',
  path: '/v1/leads/{id}/events',
  operationId: 'listLeadEvents',
  summary: 'Read every step of a lead, the first one first',
  tags: ['Exchange'],
  request: {
    params: z.object({ id: z.string().openapi({ example: 'ld_0FbGyMvGcXDYhtYBvJXbP8b3wKTnqkUYGCc7GrXvhIu' }) }),
  },
  responses: {
    200: jsonAnswer('The steps', leadEventsSchema),
    ...problemsOf('unauthorized', 'forbidden', 'not_found'),
  },
})

export function registerListLeadEvents(app: App): void {
  app.openAPIRegistry.registerPath(route)
  app.get('/v1/leads/:id/events', requireRole('operator'), async (c) => {
    const objectId = decodeLeadId(c.req.param('id'))
    const source = objectId === null ? null : await readAuction(c, objectId)
    if (source === null || (source.kind === 'auction' && !source.view.hasLead)) return problem(c, 'not_found')
    return json(c, 200, { data: source.kind === 'auction' ? eventsOf(source.view) : [], next_cursor: null })
  })
}

function eventsOf({ startedAt, trace }: AuctionView): LeadEventsWire['data'] {
  const start = Date.parse(startedAt)
  return trace.map(({ atMs, step, buyerId, reason, detail }) => {
    return { at: new Date(start + atMs).toISOString(), at_ms: atMs, step, buyer_id: buyerId, reason, detail }
  })
}
