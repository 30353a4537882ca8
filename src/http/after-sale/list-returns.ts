/** `GET /v1/returns` and `GET /v1/returns/{id}`: what was asked back and what was decided; to a buyer, its own. */
import { createRoute } from '@hono/zod-openapi'
import { leadReturnSchema, returnListQuerySchema, returnPageSchema } from '../../contracts/after-sale'
import { DEFAULT_LIMIT, pageBody } from '../../contracts/pagination'
import { type App, type AppContext, actorOf } from '../app'
import { pathId, storesOf } from '../manage/operator-endpoint'
import { requireRole } from '../plumbing/authenticate'
import { jsonAnswer, problemsOf } from '../plumbing/described'
import { check, invalid } from '../plumbing/field-errors'
import { json, problem } from '../plumbing/reply'
import { openNote } from './change'
import { returnParams, returnWire } from './wire'

const list = createRoute({
  method: 'get',
  path: '/v1/returns',
  operationId: 'listReturns',
  summary: 'List returns, the newest first; their notes are shown one by one',
  tags: ['After the sale'],
  request: { query: returnListQuerySchema },
  responses: {
    200: jsonAnswer('A page of returns', returnPageSchema),
    ...problemsOf('unauthorized', 'forbidden', 'invalid_payload'),
  },
})

const read = createRoute({
  method: 'get',
  path: '/v1/returns/{id}',
  operationId: 'getReturn',
  summary: 'Read a return with its note',
  tags: ['After the sale'],
  request: { params: returnParams },
  responses: {
    200: jsonAnswer('The return', leadReturnSchema),
    ...problemsOf('unauthorized', 'forbidden', 'not_found'),
  },
})

export function registerReturns(app: App): void {
  app.openAPIRegistry.registerPath(list)
  app.openAPIRegistry.registerPath(read)
  app.get(list.path, requireRole('operator', 'buyer'), async (c) => {
    const query = check(returnListQuerySchema, c.req.query())
    if (!query.ok) return invalid(c, query.errors)
    const { limit = DEFAULT_LIMIT, cursor = null, status } = query.value
    const role = roleOf(c)
    const buyerId = role === 'buyer' ? (c.var.principal.subjectId ?? '') : undefined
    const page = await storesOf(c).returns.list({ status, buyerId }, { limit, after: cursor })
    return json(
      c,
      200,
      pageBody(page, (row) => returnWire(row, role, null)),
    )
  })
  app.get('/v1/returns/:id', requireRole('operator', 'buyer'), async (c) => {
    const row = await storesOf(c).returns.read(pathId(c, 'id'))
    const role = roleOf(c)
    if (row === null || (role === 'buyer' && row.buyerId !== c.var.principal.subjectId)) return problem(c, 'not_found')
    const note = await openNote(c, row)
    if (note !== null) {
      const deed = { action: 'return.read', targetKind: 'lead', targetId: row.leadId, details: { return_id: row.id } }
      c.var.services.looks.note({ tenantId: c.var.principal.tenantId, by: actorOf(c), deed })
    }
    return json(c, 200, returnWire(row, role, note))
  })
}

function roleOf(c: AppContext): 'operator' | 'buyer' {
  return c.var.principal.role === 'buyer' ? 'buyer' : 'operator'
}
