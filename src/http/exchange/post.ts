/**
 * `POST /v1/post`: sells the whole lead to the bid that a ping was answered with.
 *
 * The bid token says which auction it is, without a look-up. A request that was answered before is answered the same again,
 * also after the bid has expired.
 */
import { createRoute, z } from '@hono/zod-openapi'
import { postAnswerSchema } from '../../contracts/exchange-answer'
import type { App, AppContext } from '../app'
import { admit } from '../intake/admit'
import { replyTake } from '../intake/reply-outcome'
import { KEY_LIFE_MS, requestKeyOf } from '../intake/request-key'
import { type JsonObject, LEAD_BODY_BYTES, readBody } from '../plumbing/body'
import { BODY_PROBLEMS, IDEMPOTENCY_PROBLEMS, jsonAnswer, jsonBody, problemsOf } from '../plumbing/described'
import { readIdempotencyKey } from '../plumbing/idempotency-key'
import { problem } from '../plumbing/reply'
import { bidFor, judgePost, type PostCall } from './judge-post'
import { exchangePostSchema, readPostRequest } from './post-request'
import { readSupplier } from './read-supplier'

const PATH = '/v1/post'

const route = createRoute({
  method: 'post',
  path: PATH,
  operationId: 'postExchange',
  summary: 'Post the whole lead to a bid',
  tags: ['Exchange'],
  request: {
    headers: z.object({ 'idempotency-key': z.string().max(257).optional() }),
    body: jsonBody(exchangePostSchema),
  },
  responses: {
    201: jsonAnswer('Sold, or not taken by the bidder nor by another that pays as much', postAnswerSchema),
    202: jsonAnswer("The winner's answer is not known yet", postAnswerSchema),
    ...problemsOf(
      'unauthorized',
      'unauthorized@403',
      'forbidden',
      'invalid_campaign',
      'inactive_campaign',
      'capped',
      'duplicate',
      'filtered',
      'suppressed',
      'invalid_bid_token',
      'bid_expired',
      'bid_mismatch',
      'bid_already_used',
      ...BODY_PROBLEMS,
      ...IDEMPOTENCY_PROBLEMS,
    ),
  },
})

const CODES = { conflict: 'bid_already_used', expired: 'bid_expired', no_offer: 'invalid_bid_token' } as const

export function registerExchangePost(app: App): void {
  app.openAPIRegistry.registerPath(route)
  app.post(PATH, async (c) => {
    const caller = await readSupplier(c, 'post')
    if (caller instanceof Response) return caller
    const body = await readBody(c, { maxBytes: LEAD_BODY_BYTES, form: false })
    if (!body.ok) return problem(c, body.code, { message: body.message })
    const header = readIdempotencyKey(c)
    if (header === 'invalid') return problem(c, 'idempotency_key_invalid')
    const request = readPostRequest(body.value)
    if (!('lead' in request)) return problem(c, 'invalid_payload', { fieldErrors: request })
    const { auctionId, bidToken, lead } = request
    const call: PostCall = { ...caller, auctionId, lead, fingerprint: await fingerprintOf(c, body.value) }
    return sell(c, call, {
      bidToken,
      requestKey: header.key === null ? null : requestKeyOf(caller.principal, PATH, header.key),
    })
  })
}

function fingerprintOf(c: AppContext, body: JsonObject): Promise<string> {
  return c.var.services.fingerprint(`POST ${PATH}`, body)
}

interface Named {
  readonly bidToken: string
  readonly requestKey: string | null
}

async function sell(c: AppContext, call: PostCall, { bidToken, requestKey }: Named): Promise<Response> {
  const { services } = c.var
  const { fingerprint, principal, supplierId } = call
  const bid = bidFor(await services.bidTokens.open(bidToken), call)
  if (bid === null) return problem(c, 'invalid_bid_token')
  const { objectId, campaignId } = bid.claims
  const auction = services.auctions.byId(objectId)
  if (auction === null) throw new Error('a bid token names what is no auction')

  const verdict = await judgePost(services, call, bid)
  if (verdict.kind === 'refused') {
    const earlier = await auction.replay(fingerprint)
    if (earlier !== null && earlier.kind !== 'conflict') return replyTake(c, earlier, CODES)
    // Whoever comes late with another lead is told that the bid is gone for good, not that it would have been in time.
    if (earlier !== null && verdict.code === 'bid_expired') return problem(c, 'bid_already_used')
    return problem(c, verdict.code, verdict.details)
  }
  const admitted = await admit(c, {
    principal,
    supplierId,
    request: { campaignId, requestKey, fingerprint, auctionId: objectId, rememberMs: KEY_LIFE_MS },
    replay: async () => {
      const earlier = await auction.replay(fingerprint)
      return earlier === null || earlier.kind === 'conflict' ? null : replyTake(c, earlier, CODES)
    },
  })
  return admitted instanceof Response ? admitted : replyTake(c, await auction.take(verdict.lead), CODES)
}
