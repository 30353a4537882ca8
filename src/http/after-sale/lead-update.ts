/** `POST /api/v1/lead-update`: a supplier says what came of a lead. It moves no money. */
import { createRoute } from '@hono/zod-openapi'
import { feedbackAnswerSchema, leadUpdateSchema } from '../../contracts/after-sale'
import type { App } from '../app'
import { requireRole } from '../plumbing/authenticate'
import { LEAD_BODY_BYTES, readBody } from '../plumbing/body'
import { BODY_PROBLEMS, jsonAnswer, problemsOf, withIdempotencyKey } from '../plumbing/described'
import { check, invalid } from '../plumbing/field-errors'
import { idempotent } from '../plumbing/idempotent'
import { problem } from '../plumbing/reply'
import { reportOn } from './report'

const content = { schema: leadUpdateSchema }

const route = createRoute({
  method: 'post',
  path: '/api/v1/lead-update',
  operationId: 'updateLead',
  summary: 'Report what came of a lead',
  description: 'For reports, scoring and webhooks; it moves no money.',
  tags: ['Suppliers'],
  request: {
    body: {
      required: true,
      content: { 'application/json': content, 'application/x-www-form-urlencoded': content },
    },
  },
  responses: {
    201: jsonAnswer('It is on record', feedbackAnswerSchema),
    ...problemsOf('unauthorized', 'forbidden', 'not_found', ...BODY_PROBLEMS),
  },
})

export function registerLeadUpdate(app: App): void {
  app.openAPIRegistry.registerPath(withIdempotencyKey(route))
  app.post(
    route.path,
    requireRole('supplier'),
    idempotent(async (c) => {
      const body = await readBody(c, { maxBytes: LEAD_BODY_BYTES, form: true })
      if (!body.ok) return problem(c, body.code, { message: body.message })
      const checked = check(leadUpdateSchema, { ...body.value })
      if (!checked.ok) return invalid(c, checked.errors)
      const { lead_id, ...input } = checked.value
      return await reportOn(c, lead_id, input)
    }),
  )
}
