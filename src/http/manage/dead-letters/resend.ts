/** `POST /v1/dead-letters/{id}/resend`: gives the message back to its queue. Consumers know what they have done already. */
import { createRoute } from '@hono/zod-openapi'
import { deadLetterSchema, QUEUES } from '../../../contracts/dead-letter'
import { decodeAuctionId } from '../../../security/public-ids'
import type { DeadLetterRow } from '../../../stores/dead-letter-desk'
import type { App, AppContext } from '../../app'
import { json, problem } from '../../plumbing/reply'
import { newStamp } from '../changes'
import { jsonAnswer, operatorEndpoint, problems, storesOf } from '../operator-endpoint'
import { letterId, letterParams, letterWire, queueOf } from './wire'

const route = createRoute({
  method: 'post',
  path: '/v1/dead-letters/{id}/resend',
  operationId: 'resendDeadLetter',
  summary: 'Send a dead letter again; if it fails again it is kept again',
  tags: ['Operations'],
  request: { params: letterParams },
  responses: { 202: jsonAnswer('It is on its way', deadLetterSchema), ...problems('not_found', 'conflict') },
})

export function registerResendDeadLetter(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const { deadLetters } = storesOf(c)
    const letter = await deadLetters.read(letterId(c))
    if (letter === null) return problem(c, 'not_found')
    const queue = QUEUES.find((name) => name === queueOf(letter))
    if (queue === undefined) return problem(c, 'conflict', { message: 'Its queue is none of those there are now.' })
    // Sent before it is marked: what dies in between is sent twice at worst, and has one effect.
    if (!isUnreadable(letter.body)) await c.var.services.sendToQueue(queue, letter.body)
    await haveToldAgain(c, letter)
    const sent = await deadLetters.markResent(letter.id, newStamp(c))
    return json(c, 202, letterWire(sent ?? letter))
  })
}

/** The database refused what it said: its sender may say it again, the queue has no use for what is left. */
function isUnreadable(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'unreadable' in body && 'auctionId' in body
}

/**
 * An auction that has given up telling tells by itself again, and at once: what it says now may be better than the letter.
 * Where it cannot be reached, the letter is on its way all the same.
 */
async function haveToldAgain(c: AppContext, { body }: DeadLetterRow): Promise<void> {
  const { kind, auctionId } = (body ?? {}) as { readonly kind?: unknown; readonly auctionId?: unknown }
  const objectId = kind === 'lead' && typeof auctionId === 'string' ? decodeAuctionId(auctionId) : null
  if (objectId === null) return
  const { services, principal } = c.var
  await services.auctions
    .byId(objectId)
    ?.tellAgain(principal.tenantId)
    .catch(() => undefined)
}
