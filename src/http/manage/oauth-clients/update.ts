/** `PATCH /v1/oauth-clients/{id}` */
import { createRoute } from '@hono/zod-openapi'
import { oauthClientPatchSchema, oauthClientSchema } from '../../../contracts/oauth-client'
import type { App } from '../../app'
import { readChecked } from '../../plumbing/field-errors'
import { json, problem } from '../../plumbing/reply'
import { newChange, publish } from '../changes'
import { readChanges } from '../credentials/judge'
import { BODY_PROBLEMS, jsonAnswer, jsonBody, operatorEndpoint, pathId, problems, storesOf } from '../operator-endpoint'
import { oauthClientParams, oauthClientWire } from './wire'

const route = createRoute({
  method: 'patch',
  path: '/v1/oauth-clients/{id}',
  operationId: 'updateOAuthClient',
  summary: 'Change members of an OAuth client; lists are replaced as a whole',
  tags: ['Credentials'],
  request: { params: oauthClientParams, body: jsonBody(oauthClientPatchSchema) },
  responses: {
    200: jsonAnswer('The client', oauthClientSchema),
    ...problems(...BODY_PROBLEMS, 'not_found', 'conflict'),
  },
})

export function registerUpdateOAuthClient(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const { oauthClients } = storesOf(c)
    const id = pathId(c, 'id')
    const patch = await readChecked(c, oauthClientPatchSchema)
    if (patch instanceof Response) return patch
    const known = await oauthClients.read(id)
    if (known === null) return problem(c, 'not_found')
    const changes = readChanges(c, known.role, patch)
    if (changes instanceof Response) return changes
    if (Object.keys(changes).length === 0) return json(c, 200, oauthClientWire(known))
    const written = await oauthClients.update(id, changes, newChange(c))
    if (written === null) return problem(c, 'conflict', { message: 'It is revoked and cannot be changed.' })
    await publish(c, written.publishIds)
    return json(c, 200, oauthClientWire(written.row))
  })
}
