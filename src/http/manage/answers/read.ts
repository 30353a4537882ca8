/** `POST /v1/answers/read`: what rules make of a pasted answer, or which rules might read it. */
import { createRoute, z } from '@hono/zod-openapi'
import { answerProposalsSchema, answerQuestionSchema, answerReadingSchema } from '../../../contracts/answer-reading'
import type { App } from '../../app'
import { readChecked } from '../../plumbing/field-errors'
import { json, problem } from '../../plumbing/reply'
import { BODY_PROBLEMS, jsonAnswer, jsonBody, operatorEndpoint, problems, storesOf } from '../operator-endpoint'

const route = createRoute({
  method: 'post',
  path: '/v1/answers/read',
  operationId: 'readAnswer',
  summary: "Read a buyer's answer by rules, or have rules proposed for it",
  description:
    'With `answer`, `preset` or both: what the rules make of the sample. With the sample alone: proposals, the likeliest ' +
    'first, each with the reading that it gives. Nothing is stored.',
  tags: ['Buyer contracts'],
  request: { body: jsonBody(answerQuestionSchema) },
  responses: {
    200: jsonAnswer('The reading, or the proposals', z.union([answerReadingSchema, answerProposalsSchema])),
    ...problems(...BODY_PROBLEMS),
  },
})

export function registerReadAnswer(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const question = await readChecked(c, answerQuestionSchema)
    if (question instanceof Response) return question
    const { currency } = await storesOf(c).tenant.read()
    const result = c.var.services.buyerTrial.readSample(question, currency)
    return result.ok ? json(c, 200, result.body) : problem(c, 'invalid_payload', { fieldErrors: [...result.problems] })
  })
}
