/** `POST /v1/oauth-clients`: the only answer that shows the secret. */
import { createRoute } from '@hono/zod-openapi'
import { newOAuthClientSchema, oauthClientSettingsSchema } from '../../../contracts/oauth-client'
import { defaultScopes } from '../../../contracts/scopes'
import { createClientSecret } from '../../../security/api-keys'
import type { App } from '../../app'
import { readChecked } from '../../plumbing/field-errors'
import { json } from '../../plumbing/reply'
import { newChange, publish } from '../changes'
import { readNetworks, refuseOwner } from '../credentials/judge'
import { BODY_PROBLEMS, jsonAnswer, jsonBody, operatorEndpoint, problems, storesOf } from '../operator-endpoint'
import { oauthClientWire } from './wire'

const route = createRoute({
  method: 'post',
  path: '/v1/oauth-clients',
  operationId: 'createOAuthClient',
  summary: 'Create an OAuth client with its secret, which is shown once',
  tags: ['Credentials'],
  request: { body: jsonBody(oauthClientSettingsSchema) },
  responses: { 201: jsonAnswer('The client', newOAuthClientSchema), ...problems(...BODY_PROBLEMS) },
})

export function registerCreateOAuthClient(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const settings = await readChecked(c, oauthClientSettingsSchema)
    if (settings instanceof Response) return settings
    const { role, subject_id: subjectId = null } = settings
    const allowedNetworks = readNetworks(c, settings.allowed_networks)
    if (allowedNetworks instanceof Response) return allowedNetworks
    const refused = await refuseOwner(c, role, subjectId)
    if (refused !== null) return refused

    const { key: secret, hash, lastFour } = await createClientSecret()
    const { row, publishIds } = await storesOf(c).oauthClients.create(
      {
        id: c.var.services.newId('ld_client'),
        role,
        subjectId,
        name: settings.name,
        secretHash: hash,
        secretLastFour: lastFour,
        scopes: settings.scopes ?? defaultScopes(role),
        allowedNetworks,
        requestsPerSecond: settings.rate_limit?.per_second ?? null,
      },
      newChange(c),
    )
    await publish(c, publishIds)
    return json(c, 201, { ...oauthClientWire(row), client_secret: secret })
  })
}
