/** `POST /v1/api-keys/{id}/rotate`: a new key in place of the old one, which lives on for a while. */
import { createRoute } from '@hono/zod-openapi'
import { newApiKeySchema } from '../../../contracts/api-key'
import { rotationSchema } from '../../../contracts/credential'
import { createApiKey } from '../../../security/api-keys'
import type { ApiKeyRow } from '../../../stores/api-key-store'
import type { App, AppContext } from '../../app'
import { json, problem } from '../../plumbing/reply'
import { newChange, publish } from '../changes'
import { readOverlapEnd } from '../credentials/rotation'
import { BODY_PROBLEMS, jsonAnswer, jsonBody, operatorEndpoint, pathId, problems, storesOf } from '../operator-endpoint'
import { apiKeyParams, apiKeyWire } from './wire'

const route = createRoute({
  method: 'post',
  path: '/v1/api-keys/{id}/rotate',
  operationId: 'rotateApiKey',
  summary: 'Make a new key with the same rights; the old one ends after the overlap',
  tags: ['Credentials'],
  request: { params: apiKeyParams, body: { ...jsonBody(rotationSchema), required: false } },
  responses: {
    201: jsonAnswer('The new key', newApiKeySchema),
    ...problems(...BODY_PROBLEMS, 'not_found', 'conflict'),
  },
})

export function registerRotateApiKey(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const overlap = await readOverlapEnd(c)
    if (overlap instanceof Response) return overlap
    const stores = storesOf(c)
    const known = await stores.apiKeys.read(pathId(c, 'id'))
    if (known === null) return problem(c, 'not_found')
    if (known.replacedBy !== null || hasEnded(c, known)) return refuse(c)

    const { newId, now } = c.var.services
    const { key, ...stored } = await createApiKey((await stores.tenant.read()).mode)
    const successor = { ...known, ...stored, id: newId('key'), clientId: known.clientId ?? known.id }
    const endsAt = earlier(overlap.endsAt, known.expiresAt)
    const written = await stores.apiKeys.rotate({ known, successor, endsAt }, newChange(c))
    if (written === null) return refuse(c)
    await publish(c, written.publishIds)
    return json(c, 201, { ...apiKeyWire(written.row, now()), api_key: key })
  })
}

function hasEnded(c: AppContext, { revokedAt, expiresAt }: ApiKeyRow): boolean {
  return revokedAt !== null || (expiresAt !== null && Date.parse(expiresAt) <= c.var.services.now())
}

function refuse(c: AppContext): Response {
  return problem(c, 'conflict', { message: 'This key has ended or was rotated already.' })
}

/** @returns the earlier of two times; null of the first means now */
function earlier(overlapEnd: string | null, expiresAt: string | null): string | null {
  return overlapEnd === null || expiresAt === null || overlapEnd < expiresAt ? overlapEnd : expiresAt
}
