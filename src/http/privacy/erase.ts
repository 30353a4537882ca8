/** `POST /v1/erasures`: erases a person by phone or email, and gives a receipt. */
import { createRoute } from '@hono/zod-openapi'
import { erasureSchema } from '../../contracts/erasure'
import { subjectSchema } from '../../contracts/lead-search'
import { type App, type AppContext, actorOf } from '../app'
import { requireRole } from '../plumbing/authenticate'
import { BODY_PROBLEMS, jsonAnswer, jsonBody, problemsOf, withIdempotencyKey } from '../plumbing/described'
import { readChecked } from '../plumbing/field-errors'
import { idempotent } from '../plumbing/idempotent'
import { json } from '../plumbing/reply'
import { erasureWire } from './erasure-wire'
import { contactOf } from './subject'

const route = createRoute({
  method: 'post',
  path: '/v1/erasures',
  operationId: 'erasePerson',
  summary: 'Erase a person by phone or email',
  description:
    'Erases the data of every lead with this phone or email that was received until now, in the database and in its auction, ' +
    'for good; money, bids and traces stay. What is still on its way in a queue is stored without its data. Nothing of such ' +
    'a lead is sent any more: a post whose outcome is unknown stays unknown. Later leads of the person are not refused: for ' +
    'that there are suppression lists. Asked again, it erases what came since, and gives another receipt.',
  tags: ['Privacy'],
  request: { body: jsonBody(subjectSchema) },
  responses: {
    201: jsonAnswer('The receipt, so far', erasureSchema),
    ...problemsOf('unauthorized', 'forbidden', 'conflict', ...BODY_PROBLEMS),
  },
})

export function registerErase(app: App): void {
  app.openAPIRegistry.registerPath(withIdempotencyKey(route))
  app.post(route.path, requireRole('operator'), idempotent(erase))
}

async function erase(c: AppContext): Promise<Response> {
  const input = await readChecked(c, subjectSchema)
  if (input instanceof Response) return input
  const { services, principal } = c.var
  const { tenantId } = principal
  const contact = contactOf(input)
  const subject = {
    id: services.newId('era'),
    subjectKind: contact.type,
    subjectKey: (await services.contactIndex.keyOf(tenantId, contact)) ?? '',
  }
  const at = new Date(services.now()).toISOString()
  const { erasures } = services.stores(tenantId)
  const stamp = { id: services.newId('aud'), at, by: actorOf(c) }
  await erasures.begin(subject, { at, fence: c.get('requestFence'), stamp })
  const row = await services.erasePerson(tenantId, subject.id)
  if (row === null) throw new Error('the receipt is gone')
  return json(c, 201, erasureWire(row))
}
