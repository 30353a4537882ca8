/**
 * `POST /v1/ping`: runs an auction now, and answers with the bid that a lead can be posted to.
 *
 * A ping with an Idempotency-Key is one auction however often it is sent; one without is an auction each time.
 */
import { createRoute, z } from '@hono/zod-openapi'
import { bidAnswerSchema } from '../../contracts/exchange-answer'
import type { App, AppContext } from '../app'
import { requestKeyOf } from '../intake/request-key'
import { replayOffer, runOffer } from '../intake/run-offer'
import { LEAD_BODY_BYTES, readBody } from '../plumbing/body'
import { BODY_PROBLEMS, IDEMPOTENCY_PROBLEMS, jsonAnswer, jsonBody, problemsOf } from '../plumbing/described'
import { readIdempotencyKey } from '../plumbing/idempotency-key'
import { json, problem } from '../plumbing/reply'
import { judgePing, type PingCall, type PingVerdict } from './judge-ping'
import { exchangePingSchema, readPingRequest } from './ping-request'
import { readSupplier } from './read-supplier'

const PATH = '/v1/ping'

const route = createRoute({
  method: 'post',
  path: PATH,
  operationId: 'pingExchange',
  summary: 'Ask for a bid on a partial lead',
  tags: ['Exchange'],
  request: {
    headers: z.object({ 'idempotency-key': z.string().max(257).optional() }),
    body: jsonBody(exchangePingSchema),
  },
  responses: {
    200: jsonAnswer('A bid, or why there is none', bidAnswerSchema),
    ...problemsOf(
      'unauthorized',
      'unauthorized@403',
      'forbidden',
      'pii_in_ping',
      'ambiguous_campaign',
      ...BODY_PROBLEMS,
      ...IDEMPOTENCY_PROBLEMS,
    ),
  },
})

export function registerExchangePing(app: App): void {
  app.openAPIRegistry.registerPath(route)
  app.post(PATH, async (c) => {
    const caller = await readSupplier(c, 'ping')
    if (caller instanceof Response) return caller
    const body = await readBody(c, { maxBytes: LEAD_BODY_BYTES, form: false })
    if (!body.ok) return problem(c, body.code, { message: body.message })
    const header = readIdempotencyKey(c)
    if (header === 'invalid') return problem(c, 'idempotency_key_invalid')
    const request = readPingRequest(body.value)
    if (!('reference' in request)) return problem(c, 'invalid_payload', { fieldErrors: request })
    const fingerprint = await c.var.services.fingerprint(`POST ${PATH}`, body.value)
    const call: PingCall = { ...caller, input: body.value, request, fingerprint }
    const requestKey = header.key === null ? null : requestKeyOf(caller.principal, PATH, header.key)
    return answer(c, call, requestKey)
  })
}

async function answer(c: AppContext, call: PingCall, requestKey: string | null): Promise<Response> {
  const identity = { ...call, requestKey }
  const verdict = await judgePing(c.var.services, call)
  if (verdict.kind === 'let_in') return runOffer(c, identity, verdict.lead)
  return (await replayOffer(c, identity)) ?? refusal(c, call.request.reference, verdict)
}

function refusal(c: AppContext, reference: string | null, verdict: Exclude<PingVerdict, { kind: 'let_in' }>): Response {
  if (verdict.kind === 'refused') return problem(c, verdict.code, verdict.details)
  const { reason, detail } = verdict
  return json(c, 200, { auction_id: reference, id: null, bid: null, reject_reason: reason, reject_detail: detail })
}
