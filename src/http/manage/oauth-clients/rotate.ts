/** `POST /v1/oauth-clients/{id}/rotate`: a new secret for the same client; the old one lives on for a while. */
import { createRoute } from '@hono/zod-openapi'
import { rotationSchema } from '../../../contracts/credential'
import { newOAuthClientSchema } from '../../../contracts/oauth-client'
import { createClientSecret } from '../../../security/api-keys'
import type { App } from '../../app'
import { json, problem } from '../../plumbing/reply'
import { newChange, publish } from '../changes'
import { readOverlapEnd } from '../credentials/rotation'
import { BODY_PROBLEMS, jsonAnswer, jsonBody, operatorEndpoint, pathId, problems, storesOf } from '../operator-endpoint'
import { oauthClientParams, oauthClientWire } from './wire'

const route = createRoute({
  method: 'post',
  path: '/v1/oauth-clients/{id}/rotate',
  operationId: 'rotateOAuthClient',
  summary: 'Make a new secret; the old one ends after the overlap, and tokens live to their end',
  tags: ['Credentials'],
  request: { params: oauthClientParams, body: { ...jsonBody(rotationSchema), required: false } },
  responses: {
    201: jsonAnswer('The client with its new secret', newOAuthClientSchema),
    ...problems(...BODY_PROBLEMS, 'not_found', 'conflict'),
  },
})

export function registerRotateOAuthClient(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const overlap = await readOverlapEnd(c)
    if (overlap instanceof Response) return overlap
    const { oauthClients } = storesOf(c)
    const id = pathId(c, 'id')
    if ((await oauthClients.read(id)) === null) return problem(c, 'not_found')
    const { key: secret, hash: secretHash, lastFour: secretLastFour } = await createClientSecret()
    const rotation = { secretHash, secretLastFour, previousUntil: overlap.endsAt }
    const written = await oauthClients.rotateSecret(id, rotation, newChange(c))
    if (written === null) return problem(c, 'conflict', { message: 'It is revoked and cannot be changed.' })
    await publish(c, written.publishIds)
    return json(c, 201, { ...oauthClientWire(written.row), client_secret: secret })
  })
}
