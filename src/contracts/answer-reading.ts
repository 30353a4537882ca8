/**
 * What was read from a buyer's answer, and `POST /v1/answers/read`: reading a pasted sample by rules, or proposing rules for
 * it. Nothing of either is stored.
 */
import { z } from '@hono/zod-openapi'
import { answerSchema } from './buyer-contract'
import type { ContractProblem } from './contract-compiler'

/** All that is read of an answer. */
export const MAX_ANSWER_BYTES = 65_536

const MAX_HEADERS = 50
const headerName = z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/, { error: 'header name' })

type SampleBody = string | object

/** JSON may stand as itself; as text it keeps how its numbers were written. */
const bodySchema = z
  .union([z.string(), z.record(z.string(), z.unknown()), z.array(z.unknown())], {
    error: 'the answer as text, or as JSON',
  })
  .refine((body) => sizeOf(body) <= MAX_ANSWER_BYTES, {
    error: 'at most 64 KiB, which is all that is read of an answer',
  })
  .openapi({ type: 'string', example: '{"accepted":true,"bid_price":120.00}' })

export const sampleAnswerSchema = z.strictObject({
  status: z.number().int().min(100).max(599).default(200),
  headers: z
    .record(headerName, z.string().max(8_192))
    .refine((headers) => Object.keys(headers).length <= MAX_HEADERS, { error: `at most ${MAX_HEADERS} headers` })
    .default({}),
  body: bodySchema.default(''),
})

/** The body of `POST /v1/answers/read`. */
export const answerQuestionSchema = z
  .strictObject({
    sample: sampleAnswerSchema,
    answer: answerSchema.optional(),
    call: z.enum(['ping', 'post']).optional(),
    preset: z.string().min(1).max(64).optional(),
  })
  .openapi('AnswerQuestion')

export const priceReadingSchema = z
  .object({
    amount: z.number().nullable(),
    currency: z.string().nullable(),
    invalid: z.string().nullable().openapi({ description: 'Why what stands there is no price.' }),
  })
  .openapi('PriceReading')

export const verdictSchema = z
  .object({
    result: z.enum(['bid', 'no_bid', 'sold', 'unsold', 'unknown']),
    reason: z.string().nullable(),
    detail: z.string().nullable(),
  })
  .openapi('AnswerVerdict', { description: 'What an auction would make of it, the HTTP status taken into account.' })

/** What the rules found in one answer. */
export const readingMembers = {
  format: z.enum(['json', 'xml', 'form', 'text']).nullable(),
  outcome: z.enum(['accepted', 'duplicate', 'rejected', 'error', 'pending', 'unknown']),
  decided_by: z.string().nullable().openapi({ example: 'accepted[0]' }),
  price: priceReadingSchema.nullable(),
  reason: z.string().nullable(),
  reference: z.string().nullable(),
  redirect_url: z.string().nullable(),
  captures: z.record(z.string(), z.string()),
  bids: z.array(z.object({ price: priceReadingSchema, reference: z.string().nullable() })),
  verdict: verdictSchema,
}

export const answerReadingSchema = z
  .object({ call: z.enum(['ping', 'post']), ...readingMembers })
  .openapi('AnswerReading')

export const answerProposalSchema = z
  .object({
    call: z.enum(['ping', 'post']),
    preset: z.string().optional(),
    answer: answerSchema.optional(),
    why: z.string(),
    reading: answerReadingSchema,
  })
  .openapi('AnswerProposal')

export const answerProposalsSchema = z
  .object({
    format: readingMembers.format,
    proposals: z.array(answerProposalSchema),
  })
  .openapi('AnswerProposals')

export type SampleAnswer = z.output<typeof sampleAnswerSchema>
export type AnswerQuestion = z.output<typeof answerQuestionSchema>
export type AnswerReadingWire = z.output<typeof answerReadingSchema>
export type AnswerProposalsWire = z.output<typeof answerProposalsSchema>
export type PriceReadingWire = z.output<typeof priceReadingSchema>
export type VerdictWire = z.output<typeof verdictSchema>

export type SampleReading =
  | { readonly ok: true; readonly body: AnswerReadingWire | AnswerProposalsWire }
  | { readonly ok: false; readonly problems: readonly ContractProblem[] }

/** @returns the body as it would have come over the wire */
export function sampleText(body: SampleBody): string {
  return typeof body === 'string' ? body : JSON.stringify(body)
}

function sizeOf(body: SampleBody): number {
  return new TextEncoder().encode(sampleText(body)).length
}
