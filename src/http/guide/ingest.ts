/**
 * `POST /api/v1/ingest`: takes a lead and sells it. The answer is the auction's.
 *
 * One request belongs to one auction: by its ping id, by its Idempotency-Key, or, without either, by its body for a minute.
 * A request that was answered before is answered the same again, also when it would not be let in any more.
 */
import { createRoute, z } from '@hono/zod-openapi'
import type { TakeResult } from '../../contracts/auction'
import { leadAnswerSchema } from '../../contracts/lead-answer'
import type { App, AppContext } from '../app'
import { admit } from '../intake/admit'
import { inPlace } from '../intake/in-place'
import { replyTake } from '../intake/reply-outcome'
import { BODY_PROBLEMS, IDEMPOTENCY_PROBLEMS, problemsOf } from '../plumbing/described'
import { readIdempotencyKey } from '../plumbing/idempotency-key'
import { problem } from '../plumbing/reply'
import { readSupplierCall, type SupplierCall } from './caller'
import { type Identity, identify } from './identity'
import { judgeLead, type LeadVerdict } from './judge-lead'

const leadSchema = z
  .looseObject({ flo_campaign_id: z.string(), flo_supplier_id: z.string(), flo_ping_id: z.string().optional() })
  .openapi('SupplierLead', {
    example: {
      flo_campaign_id: 'camp_01',
      flo_supplier_id: 'sup_01',
      first_name: 'Maria',
      last_name: 'Garcia',
      phone: '5551234567',
      email: 'lead@example.com',
      state: 'CA',
    },
  })

const answered = (description: string) => ({
  description,
  content: { 'application/json': { schema: leadAnswerSchema } },
})

const route = createRoute({
  method: 'post',
  path: '/api/v1/ingest',
  operationId: 'ingestLead',
  summary: 'Send a full lead',
  tags: ['Suppliers'],
  request: {
    headers: z.object({ 'idempotency-key': z.string().max(257).optional() }),
    body: {
      required: true,
      content: {
        'application/json': { schema: leadSchema },
        'application/x-www-form-urlencoded': { schema: leadSchema },
      },
    },
  },
  responses: {
    201: answered('Sold, or no buyer took it'),
    202: answered("The winner's answer is not known yet"),
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
      'ping_id_used',
      'ping_id_invalid',
      'ping_id_expired',
      'ping_id_mismatch',
      ...BODY_PROBLEMS,
      ...IDEMPOTENCY_PROBLEMS,
    ),
  },
})

export function registerIngest(app: App): void {
  app.openAPIRegistry.registerPath(route)
  app.post(route.path, async (c) => {
    const call = await readSupplierCall(c, {})
    if (call instanceof Response) return call
    const header = readIdempotencyKey(c)
    if (header === 'invalid') return problem(c, 'idempotency_key_invalid')
    return takeLead(c, call, header.key)
  })
}

/** Judges a lead and sells it. @param idempotencyKey the caller's own, or null @returns the answer, whatever it is */
export async function takeLead(c: AppContext, call: SupplierCall, idempotencyKey: string | null): Promise<Response> {
  const { services } = c.var
  const identity = await identify(services, call, idempotencyKey)
  const verdict = await judgeLead(services, call, identity)
  if (verdict.kind === 'refused') return (await replay(c, identity)) ?? problem(c, verdict.code, verdict.details)
  const lead = { call, identity, verdict }
  // What a ping was offered was bid for then: only what is bid for now takes a place among the supplier's auctions.
  if (verdict.kind === 'for_offer') return sell(c, lead)
  const { tenantId } = call.principal
  return inPlace(c, { tenantId, link: verdict.lead.link, replay: () => replay(c, identity) }, () => sell(c, lead))
}

interface LetIn {
  readonly call: SupplierCall
  readonly identity: Identity
  readonly verdict: Exclude<LeadVerdict, { kind: 'refused' }>
}

async function sell(c: AppContext, { call, identity, verdict }: LetIn): Promise<Response> {
  const { services } = c.var
  const { requestKey, fingerprint, rememberMs } = identity
  const { campaignId, principal, supplierId } = call
  const auctionId = await admit(c, {
    principal,
    supplierId,
    request: { campaignId, requestKey, fingerprint, auctionId: verdict.objectId, rememberMs },
    replay: () => replay(c, identity),
  })
  if (auctionId instanceof Response) return auctionId
  const auction = services.auctions.byId(auctionId)
  if (auction === null) throw new Error('the gate gave an id that is no auction')
  const { kind, lead } = verdict
  return reply(c, await (kind === 'for_offer' ? auction.take(lead) : auction.submit(lead)), identity)
}

/** The answer that this very request got before, if it did. */
async function replay(c: AppContext, identity: Identity): Promise<Response | null> {
  const { services } = c.var
  const objectId =
    identity.pingObjectId ??
    (identity.requestKey === null ? null : await identity.gate.recall(identity.requestKey, identity.fingerprint))
  const auction = objectId === null ? null : services.auctions.byId(objectId)
  const result = (await auction?.replay(identity.fingerprint)) ?? null
  // Another body under a used ping id is told what is wrong with it now, not that the ping id is used.
  return result === null || result.kind === 'conflict' ? null : reply(c, result, identity)
}

function reply(c: AppContext, result: TakeResult, { pingObjectId }: Identity): Response {
  const conflict = pingObjectId === null ? 'idempotency_key_reused' : 'ping_id_used'
  return replyTake(c, result, { conflict, expired: 'ping_id_expired', no_offer: 'ping_id_invalid' })
}
