/** `DELETE /v1/api-keys/{id}`: it lets nothing in any more, and stays readable. */
import { createRoute } from '@hono/zod-openapi'
import type { App } from '../../app'
import { noContent, problem } from '../../plumbing/reply'
import { newChange, publish } from '../changes'
import { operatorEndpoint, pathId, problems, storesOf } from '../operator-endpoint'
import { apiKeyParams } from './wire'

const route = createRoute({
  method: 'delete',
  path: '/v1/api-keys/{id}',
  operationId: 'revokeApiKey',
  summary: 'Revoke an API key: at once for leads and posts, within 60 s for everything else',
  tags: ['Credentials'],
  request: { params: apiKeyParams },
  responses: { 204: { description: 'It is revoked' }, ...problems('not_found') },
})

export function registerRevokeApiKey(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const { apiKeys } = storesOf(c)
    const id = pathId(c, 'id')
    if ((await apiKeys.read(id)) === null) return problem(c, 'not_found')
    const written = await apiKeys.revoke(id, newChange(c))
    if (written !== null) await publish(c, written.publishIds)
    return noContent(c)
  })
}
