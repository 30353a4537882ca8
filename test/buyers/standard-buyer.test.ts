/** The shapes that buyers are told of are those that the preset sends, and answers in those shapes are read as they mean. */
import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { resolveContract } from '../../src/buyers/contract/resolve'
import { encodePing, encodePost } from '../../src/buyers/encode'
import { readPingOutcome, readPostOutcome } from '../../src/buyers/outcome'
import { buyerContractSchema } from '../../src/contracts/buyer-contract'
import {
  buyerBidSchema,
  buyerPingSchema,
  buyerPostAnswerSchema,
  buyerPostSchema,
  buyerRefusalSchema,
} from '../../src/contracts/standard-buyer'
import { MARIA, PII_FIELDS, PING_URL, POST_URL, pingInput, postInput, received } from './support'

const contract = resolveContract(
  buyerContractSchema.parse({
    preset: 'standard',
    ping: { request: { url: PING_URL } },
    post: { request: { url: POST_URL } },
  }),
)
const context = { lead: MARIA, piiFields: PII_FIELDS, currency: 'USD' }
const bodyOf = (request: { readonly body?: string | null } | null) => JSON.parse(request?.body ?? '')
const told = (answer: unknown, schema: z.ZodType) => schema.parse(answer)

describe('the standard contract', () => {
  it('sends the ping that is described', () => {
    const body = bodyOf(encodePing(contract, pingInput()))
    expect(buyerPingSchema.parse(body)).toEqual(body)
    expect(Object.keys(body)).not.toEqual(expect.arrayContaining(['phone', 'email']))
  })

  it('sends the post that is described', () => {
    const body = bodyOf(encodePost(contract, postInput({ bidToken: 'b-1' })))
    expect(buyerPostSchema.strict().parse(body)).toEqual(body)
    expect(body).toMatchObject({ bid_token: 'b-1', lead: { lead_uuid: 'ld_1', address: { city: 'Houston' } } })
  })

  it('reads the bid, the refusal, the yes and the no that are described', () => {
    const bid = told({ bid: { amount: 38.5, currency: 'USD', bid_token: 'b-1' } }, buyerBidSchema)
    expect(readPingOutcome(contract, received(bid), context)).toMatchObject({
      answer: { kind: 'bid', priceMicros: 38_500_000 },
    })
    const none = told({ bid: null, reject_reason: 'wrong_state' }, buyerBidSchema)
    expect(readPingOutcome(contract, received(none), context)).not.toMatchObject({ answer: { kind: 'bid' } })
    const yes = told({ lead_id: 'B-77' }, buyerPostAnswerSchema)
    expect(readPostOutcome(contract, received(yes, 201), context)).toMatchObject({
      kind: 'accepted',
      reference: 'B-77',
    })
    const no = told({ error: 'wrong_number', message: 'Nobody there.' }, buyerRefusalSchema)
    expect(readPostOutcome(contract, received(no, 422), context)).toMatchObject({ kind: 'rejected' })
  })
})
