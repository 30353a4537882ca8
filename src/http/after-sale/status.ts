/** `POST /v1/leads/{id}/status`: a buyer or an operator says what came of a lead. It moves no money. */
import { createRoute } from '@hono/zod-openapi'
import { feedbackAnswerSchema, leadStatusSchema } from '../../contracts/after-sale'
import type { App } from '../app'
import { requireRole } from '../plumbing/authenticate'
import { BODY_PROBLEMS, jsonAnswer, jsonBody, problemsOf, withIdempotencyKey } from '../plumbing/described'
import { readChecked } from '../plumbing/field-errors'
import { idempotent } from '../plumbing/idempotent'
import { reportOn } from './report'
import { leadParams } from './wire'

const route = createRoute({
  method: 'post',
  path: '/v1/leads/{id}/status',
  operationId: 'reportLeadStatus',
  summary: 'Report what came of a lead that was bought',
  description: 'For reports, scoring and webhooks; it moves no money. Buyers report on what they bought.',
  tags: ['After the sale'],
  request: { params: leadParams, body: jsonBody(leadStatusSchema) },
  responses: {
    201: jsonAnswer('It is on record', feedbackAnswerSchema),
    ...problemsOf('unauthorized', 'forbidden', 'not_found', ...BODY_PROBLEMS),
  },
})

export function registerLeadStatus(app: App): void {
  app.openAPIRegistry.registerPath(withIdempotencyKey(route))
  app.post(
    '/v1/leads/:id/status',
    requireRole('operator', 'buyer'),
    idempotent(async (c) => {
      const input = await readChecked(c, leadStatusSchema)
      return input instanceof Response ? input : await reportOn(c, c.req.param('id') ?? '', input)
    }),
  )
}
