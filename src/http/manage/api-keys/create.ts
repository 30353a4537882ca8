/** `POST /v1/api-keys`: the only answer that shows the key. */
import { createRoute } from '@hono/zod-openapi'
import { apiKeySettingsSchema, newApiKeySchema } from '../../../contracts/api-key'
import { defaultScopes } from '../../../contracts/scopes'
import { createApiKey } from '../../../security/api-keys'
import type { App } from '../../app'
import { readChecked } from '../../plumbing/field-errors'
import { json } from '../../plumbing/reply'
import { newChange, publish } from '../changes'
import { readNetworks, refuseOwner } from '../credentials/judge'
import { BODY_PROBLEMS, jsonAnswer, jsonBody, operatorEndpoint, problems, storesOf } from '../operator-endpoint'
import { apiKeyWire } from './wire'

const route = createRoute({
  method: 'post',
  path: '/v1/api-keys',
  operationId: 'createApiKey',
  summary: 'Create an API key, which is shown once',
  tags: ['Credentials'],
  request: { body: jsonBody(apiKeySettingsSchema) },
  responses: { 201: jsonAnswer('The key', newApiKeySchema), ...problems(...BODY_PROBLEMS) },
})

export function registerCreateApiKey(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const settings = await readChecked(c, apiKeySettingsSchema)
    if (settings instanceof Response) return settings
    const { role, subject_id: subjectId = null } = settings
    const allowedNetworks = readNetworks(c, settings.allowed_networks)
    if (allowedNetworks instanceof Response) return allowedNetworks
    const refused = await refuseOwner(c, role, subjectId)
    if (refused !== null) return refused

    const { newId, now } = c.var.services
    const stores = storesOf(c)
    const { key, ...stored } = await createApiKey((await stores.tenant.read()).mode)
    const { row, publishIds } = await stores.apiKeys.create(
      {
        ...stored,
        id: newId('key'),
        role,
        subjectId,
        name: settings.name,
        scopes: settings.scopes ?? defaultScopes(role),
        allowedNetworks,
        requestsPerSecond: settings.rate_limit?.per_second ?? null,
        expiresAt: settings.expires_at,
      },
      newChange(c),
    )
    await publish(c, publishIds)
    return json(c, 201, { ...apiKeyWire(row, now()), api_key: key })
  })
}
