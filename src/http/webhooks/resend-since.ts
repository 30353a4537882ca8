/** `POST /v1/webhook-endpoints/{id}/resend`: everything since a time, as after an outage of the receiver. */
import { createRoute } from '@hono/zod-openapi'
import { webhookResendSchema, webhookResentSchema } from '../../contracts/webhook-endpoint'
import type { App } from '../app'
import { BODY_PROBLEMS, jsonAnswer, jsonBody } from '../plumbing/described'
import { readChecked } from '../plumbing/field-errors'
import { json } from '../plumbing/reply'
import { refuseDisabled } from './disabled'
import { findEndpoint, ownerEndpoint, problems, storesOf, TAG, wake } from './owner-endpoint'
import { endpointParams } from './wire'

const route = createRoute({
  method: 'post',
  path: '/v1/webhook-endpoints/{id}/resend',
  operationId: 'resendWebhooksSince',
  summary: 'Send again everything that happened since a time',
  tags: [TAG],
  request: { params: endpointParams, body: jsonBody(webhookResendSchema) },
  responses: {
    202: jsonAnswer('They are on their way', webhookResentSchema),
    ...problems(...BODY_PROBLEMS, 'not_found', 'conflict'),
  },
})

export function registerResendWebhooksSince(app: App): void {
  ownerEndpoint(app, route, async (c) => {
    const order = await readChecked(c, webhookResendSchema)
    if (order instanceof Response) return order
    const endpoint = await findEndpoint(c)
    if (endpoint instanceof Response) return endpoint
    const refused = refuseDisabled(c, endpoint)
    if (refused !== null) return refused
    const events = await storesOf(c).webhookDeliveries.resendSince(endpoint.id, order, c.var.services.now())
    if (events > 0) await wake(c, endpoint.id)
    return json(c, 202, { events })
  })
}
