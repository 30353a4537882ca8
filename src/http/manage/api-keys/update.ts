/** `PATCH /v1/api-keys/{id}` */
import { createRoute } from '@hono/zod-openapi'
import { apiKeyPatchSchema, apiKeySchema } from '../../../contracts/api-key'
import type { App } from '../../app'
import { readChecked } from '../../plumbing/field-errors'
import { json, problem } from '../../plumbing/reply'
import { newChange, publish } from '../changes'
import { readChanges } from '../credentials/judge'
import { BODY_PROBLEMS, jsonAnswer, jsonBody, operatorEndpoint, pathId, problems, storesOf } from '../operator-endpoint'
import { apiKeyParams, apiKeyWire } from './wire'

const route = createRoute({
  method: 'patch',
  path: '/v1/api-keys/{id}',
  operationId: 'updateApiKey',
  summary: 'Change members of an API key; lists are replaced as a whole',
  tags: ['Credentials'],
  request: { params: apiKeyParams, body: jsonBody(apiKeyPatchSchema) },
  responses: { 200: jsonAnswer('The key', apiKeySchema), ...problems(...BODY_PROBLEMS, 'not_found', 'conflict') },
})

export function registerUpdateApiKey(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const { apiKeys } = storesOf(c)
    const id = pathId(c, 'id')
    const patch = await readChecked(c, apiKeyPatchSchema)
    if (patch instanceof Response) return patch
    const known = await apiKeys.read(id)
    if (known === null) return problem(c, 'not_found')
    const shared = readChanges(c, known.role, patch)
    if (shared instanceof Response) return shared
    const changes = {
      ...shared,
      ...(patch.expires_at !== undefined && { expiresAt: patch.expires_at }),
    }
    const { now } = c.var.services
    if (Object.keys(changes).length === 0) return json(c, 200, apiKeyWire(known, now()))
    const written = await apiKeys.update(id, changes, newChange(c))
    if (written === null) return problem(c, 'conflict', { message: 'It is revoked and cannot be changed.' })
    await publish(c, written.publishIds)
    return json(c, 200, apiKeyWire(written.row, now()))
  })
}
