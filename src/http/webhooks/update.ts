/** `PATCH /v1/webhook-endpoints/{id}` */
import { createRoute } from '@hono/zod-openapi'
import { webhookEndpointPatchSchema, webhookEndpointSchema } from '../../contracts/webhook-endpoint'
import type { App } from '../app'
import { newChange } from '../manage/changes'
import { BODY_PROBLEMS, jsonAnswer, jsonBody } from '../plumbing/described'
import { readChecked } from '../plumbing/field-errors'
import { json, problem } from '../plumbing/reply'
import { refuseEndpoint } from './judge'
import { findEndpoint, ownerEndpoint, problems, storesOf, TAG } from './owner-endpoint'
import { endpointParams, endpointWire } from './wire'

const route = createRoute({
  method: 'patch',
  path: '/v1/webhook-endpoints/{id}',
  operationId: 'updateWebhookEndpoint',
  summary: 'Change members of a webhook endpoint; enabling one forgets that it failed',
  tags: [TAG],
  request: { params: endpointParams, body: jsonBody(webhookEndpointPatchSchema) },
  responses: { 200: jsonAnswer('The endpoint', webhookEndpointSchema), ...problems(...BODY_PROBLEMS, 'not_found') },
})

export function registerUpdateWebhookEndpoint(app: App): void {
  ownerEndpoint(app, route, async (c) => {
    const patch = await readChecked(c, webhookEndpointPatchSchema)
    if (patch instanceof Response) return patch
    const known = await findEndpoint(c)
    if (known instanceof Response) return known
    const refused = refuseEndpoint(c, known.role, patch)
    if (refused !== null) return refused

    const { now } = c.var.services
    const { status, url, description, events } = patch
    const changes = {
      ...(url !== undefined && { url }),
      ...(description !== undefined && { description }),
      ...(events !== undefined && { events }),
      ...(status === 'enabled' && { status, disabledReason: null }),
      ...(status === 'disabled' && known.status === 'enabled' && { status, disabledReason: 'paused' as const }),
    }
    if (Object.keys(changes).length === 0) return json(c, 200, endpointWire(known, now()))
    const row = await storesOf(c).webhookEndpoints.update(known.id, changes, newChange(c))
    return row === null ? problem(c, 'not_found') : json(c, 200, endpointWire(row, now()))
  })
}
