/** `POST /v1/webhook-endpoints`: the only answer, besides that of a rotation, that shows the secret. */
import { createRoute } from '@hono/zod-openapi'
import type { Role } from '../../contracts/scopes'
import {
  MAX_ENDPOINTS,
  newWebhookEndpointSchema,
  webhookEndpointSettingsSchema,
} from '../../contracts/webhook-endpoint'
import { createWebhookSecret } from '../../security/webhook-signature'
import type { App, AppContext } from '../app'
import { newChange } from '../manage/changes'
import { refuseOwner } from '../manage/credentials/judge'
import { BODY_PROBLEMS, jsonAnswer, jsonBody } from '../plumbing/described'
import { invalid, readChecked } from '../plumbing/field-errors'
import { json, problem } from '../plumbing/reply'
import { refuseEndpoint } from './judge'
import { ownerEndpoint, problems, storesOf, TAG } from './owner-endpoint'
import { endpointWire } from './wire'

const route = createRoute({
  method: 'post',
  path: '/v1/webhook-endpoints',
  operationId: 'createWebhookEndpoint',
  summary: 'Make a webhook endpoint; its secret is shown once',
  tags: [TAG],
  request: { body: jsonBody(webhookEndpointSettingsSchema) },
  responses: { 201: jsonAnswer('The endpoint', newWebhookEndpointSchema), ...problems(...BODY_PROBLEMS, 'conflict') },
})

export function registerCreateWebhookEndpoint(app: App): void {
  ownerEndpoint(app, route, async (c) => {
    const settings = await readChecked(c, webhookEndpointSettingsSchema)
    if (settings instanceof Response) return settings
    const owner = await readOwner(c, settings.role, settings.subject_id)
    if (owner instanceof Response) return owner
    const refused = refuseEndpoint(c, owner.role, settings)
    if (refused !== null) return refused

    const { newId, now, webhooks } = c.var.services
    const { webhookEndpoints } = storesOf(c)
    if ((await webhookEndpoints.count(owner)) >= MAX_ENDPOINTS) {
      return problem(c, 'conflict', { message: `One party has at most ${MAX_ENDPOINTS} webhook endpoints.` })
    }
    const secret = createWebhookSecret()
    const { url, description, events, status } = settings
    const row = await webhookEndpoints.create(
      {
        id: newId('whe'),
        ...owner,
        url,
        description,
        events,
        status,
        disabledReason: status === 'disabled' ? 'paused' : null,
        sealedSecret: await webhooks.sealSecret(secret),
      },
      newChange(c),
    )
    return json(c, 201, { ...endpointWire(row, now()), secret })
  })
}

interface Owner {
  readonly role: Role
  readonly subjectId: string | null
}

/** The caller itself, or, for an operator, whom it names. @returns the owner, or the answer that refuses it */
async function readOwner(
  c: AppContext,
  role: Role | undefined,
  subjectId: string | undefined,
): Promise<Owner | Response> {
  const { principal } = c.var
  if (principal.role === 'operator') {
    if (role === undefined && subjectId !== undefined) {
      return invalid(c, [{ field: 'role', code: 'missing_required', expected: 'one of: supplier, buyer' }])
    }
    const owner = { role: role ?? 'operator', subjectId: subjectId ?? null } as const
    return (await refuseOwner(c, owner.role, owner.subjectId)) ?? owner
  }
  const isOwn =
    (role ?? principal.role) === principal.role && (subjectId ?? principal.subjectId) === principal.subjectId
  if (isOwn) return { role: principal.role, subjectId: principal.subjectId }
  return invalid(c, [
    {
      field: role === principal.role ? 'subject_id' : 'role',
      code: 'invalid_value',
      expected: 'left out, or your own',
    },
  ])
}
