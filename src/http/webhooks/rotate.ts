/** `POST /v1/webhook-endpoints/{id}/rotate`: a new secret; the old one signs beside it for a while. */
import { createRoute } from '@hono/zod-openapi'
import { rotationSchema } from '../../contracts/credential'
import { newWebhookEndpointSchema } from '../../contracts/webhook-endpoint'
import { createWebhookSecret } from '../../security/webhook-signature'
import type { App } from '../app'
import { newChange } from '../manage/changes'
import { readOverlapEnd } from '../manage/credentials/rotation'
import { BODY_PROBLEMS, jsonAnswer, jsonBody } from '../plumbing/described'
import { json, problem } from '../plumbing/reply'
import { findEndpoint, ownerEndpoint, problems, storesOf, TAG } from './owner-endpoint'
import { endpointParams, endpointWire } from './wire'

const route = createRoute({
  method: 'post',
  path: '/v1/webhook-endpoints/{id}/rotate',
  operationId: 'rotateWebhookSecret',
  summary: 'Make a new secret; both sign until the overlap ends',
  tags: [TAG],
  request: { params: endpointParams, body: { ...jsonBody(rotationSchema), required: false } },
  responses: {
    201: jsonAnswer('The endpoint with its new secret', newWebhookEndpointSchema),
    ...problems(...BODY_PROBLEMS, 'not_found', 'conflict'),
  },
})

export function registerRotateWebhookSecret(app: App): void {
  ownerEndpoint(app, route, async (c) => {
    const overlap = await readOverlapEnd(c)
    if (overlap instanceof Response) return overlap
    const known = await findEndpoint(c)
    if (known instanceof Response) return known
    const { now, webhooks } = c.var.services
    const secret = createWebhookSecret()
    const sealedSecret = await webhooks.sealSecret(secret)
    const row = await storesOf(c).webhookEndpoints.rotate(
      known,
      { sealedSecret, previousUntil: overlap.endsAt },
      newChange(c),
    )
    if (row === null) return problem(c, 'conflict', { message: 'Its secret is being rotated by somebody else.' })
    return json(c, 201, { ...endpointWire(row, now()), secret })
  })
}
