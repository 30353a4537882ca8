/**
 * `POST /v1/post`: sells the whole lead to the bid that a ping was answered with.
 *
 * The bid token says which auction it is, without a look-up. A request that was answered before is answered the same again,
 * also after the bid has expired.
 */
import { createRoute, z } from '@hono/zod-openapi'
import { postAnswerSchema } from '../../contracts/exchange-answer'
import type { TakeResult } from '../../contracts/objects'
import { type App, type AppContext, credentialIds } from '../app'
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

const RETRY_AFTER_SECONDS = 1

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
    if (earlier !== null && earlier.kind !== 'conflict') return reply(c, earlier)
    // Whoever comes late with another lead is told that the bid is gone for good, not that it would have been in time.
    if (earlier !== null && verdict.code === 'bid_expired') return problem(c, 'bid_already_used')
    return problem(c, verdict.code, verdict.details)
  }
  const admitted = await services.supplierGate(principal.tenantId, supplierId).admit({
    campaignId,
    requestKey,
    fingerprint,
    auctionId: objectId,
    rememberMs: KEY_LIFE_MS,
    credentials: credentialIds(principal),
  })
  if (admitted.kind === 'key_reused') return problem(c, 'idempotency_key_reused')
  if (admitted.kind === 'refused') {
    if (admitted.reason === 'revoked') return problem(c, 'unauthorized')
    if (admitted.reason === 'unauthorized') return problem(c, 'unauthorized', { status: 403 })
    // A cap that was set or filled since is no reason not to say again what was answered.
    const earlier = await auction.replay(fingerprint)
    return earlier === null || earlier.kind === 'conflict' ? problem(c, 'capped') : reply(c, earlier)
  }
  return reply(c, await auction.take(verdict.lead))
}

function reply(c: AppContext, result: TakeResult): Response {
  switch (result.kind) {
    case 'answer': {
      if (result.replayed) c.header('idempotent-replayed', 'true')
      return c.body(result.body, result.status, { 'content-type': 'application/json' })
    }
    case 'conflict':
      return problem(c, 'bid_already_used')
    case 'duplicate':
      return problem(c, 'duplicate')
    case 'expired':
      return problem(c, 'bid_expired')
    case 'no_offer':
      return problem(c, 'invalid_bid_token')
    case 'in_progress':
      return problem(c, 'idempotency_in_progress', { retryAfterSeconds: RETRY_AFTER_SECONDS })
  }
}
