/**
 * `DELETE /v1/dead-letters/{id}`: for what nobody needs any more. It does not come back, also where its sender repeats it. What an
 * auction tells is needed until the database has it: nothing else would ever have it told again.
 */
import { createRoute } from '@hono/zod-openapi'
import type { App } from '../../app'
import { noContent, problem } from '../../plumbing/reply'
import { newStamp } from '../changes'
import { operatorEndpoint, problems, storesOf } from '../operator-endpoint'
import { letterId, letterParams } from './wire'

const NEEDED =
  'The database has not got what this auction reports. Send the letter again; once that is stored, it can be discarded.'

const route = createRoute({
  method: 'delete',
  path: '/v1/dead-letters/{id}',
  operationId: 'discardDeadLetter',
  summary: 'Discard a dead letter for good',
  tags: ['Operations'],
  request: { params: letterParams },
  responses: { 204: { description: 'It is gone' }, ...problems('not_found', 'conflict') },
})

export function registerDiscardDeadLetter(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const { deadLetters } = storesOf(c)
    const letter = await deadLetters.read(letterId(c))
    if (letter === null) return problem(c, 'not_found')
    if (await deadLetters.isNeeded(letter)) return problem(c, 'conflict', { message: NEEDED })
    await deadLetters.discard(letter.id, newStamp(c))
    return noContent(c)
  })
}
