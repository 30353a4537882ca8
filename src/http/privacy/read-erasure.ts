/** `GET /v1/erasures/{id}` */
import { createRoute, z } from '@hono/zod-openapi'
import { erasureSchema } from '../../contracts/erasure'
import type { App } from '../app'
import { requireRole } from '../plumbing/authenticate'
import { jsonAnswer, problemsOf } from '../plumbing/described'
import { json, problem } from '../plumbing/reply'
import { erasureWire } from './erasure-wire'

const route = createRoute({
  method: 'get',
  path: '/v1/erasures/{id}',
  operationId: 'getErasure',
  summary: "Read an erasure's receipt",
  tags: ['Privacy'],
  request: { params: z.object({ id: z.string().openapi({ example: 'era_01J9ZQ5F8W3B6T1X0V7K2M4N5P' }) }) },
  responses: {
    200: jsonAnswer('The receipt', erasureSchema),
    ...problemsOf('unauthorized', 'forbidden', 'not_found'),
  },
})

export function registerReadErasure(app: App): void {
  app.openAPIRegistry.registerPath(route)
  app.get('/v1/erasures/:id', requireRole('operator'), async (c) => {
    const row = await c.var.services.stores(c.var.principal.tenantId).erasures.read(c.req.param('id'))
    return row === null ? problem(c, 'not_found') : json(c, 200, erasureWire(row))
  })
}
