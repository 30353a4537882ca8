/** `GET` and `PUT /v1/retention`: for how long the tenant keeps each class of a lead's fields. */
import { createRoute } from '@hono/zod-openapi'
import { type RetentionDays, retentionSchema } from '../../contracts/retention'
import type { App } from '../app'
import { newChange } from '../manage/changes'
import { requireRole } from '../plumbing/authenticate'
import { BODY_PROBLEMS, jsonAnswer, jsonBody, problemsOf } from '../plumbing/described'
import { readChecked } from '../plumbing/field-errors'
import { json } from '../plumbing/reply'

const read = createRoute({
  method: 'get',
  path: '/v1/retention',
  operationId: 'getRetention',
  summary: 'Read for how long leads are kept',
  tags: ['Privacy'],
  responses: { 200: jsonAnswer('The days', retentionSchema), ...problemsOf('unauthorized', 'forbidden') },
})

const put = createRoute({
  method: 'put',
  path: '/v1/retention',
  operationId: 'putRetention',
  summary: 'Set for how long leads are kept',
  description:
    'Counted from when a lead was received. What is older is erased within hours, for good, and not brought back by a longer ' +
    'time; money, bids and traces stay.',
  tags: ['Privacy'],
  request: { body: jsonBody(retentionSchema) },
  responses: {
    200: jsonAnswer('The days', retentionSchema),
    ...problemsOf('unauthorized', 'forbidden', ...BODY_PROBLEMS),
  },
})

const toWire = ({ contactDays, detailsDays }: RetentionDays) => ({
  contact_days: contactDays,
  details_days: detailsDays,
})

export function registerRetention(app: App): void {
  for (const route of [read, put]) app.openAPIRegistry.registerPath(route)
  app.get(read.path, requireRole('operator'), async (c) => {
    const { retention } = c.var.services.stores(c.var.principal.tenantId)
    return json(c, 200, toWire(await retention.read()))
  })
  app.put(put.path, requireRole('operator'), async (c) => {
    const input = await readChecked(c, retentionSchema)
    if (input instanceof Response) return input
    const { retention } = c.var.services.stores(c.var.principal.tenantId)
    await retention.set({ contactDays: input.contact_days, detailsDays: input.details_days }, newChange(c))
    return json(c, 200, input)
  })
}
