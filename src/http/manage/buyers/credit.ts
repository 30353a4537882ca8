/** `POST /v1/buyers/{id}/balance`: credits a buyer's prepaid balance, once for each reference or Idempotency-Key. */
import { createRoute, z } from '@hono/zod-openapi'
import { type Credit, creditRecordSchema, creditSchema } from '../../../contracts/balance'
import { amountToMicros } from '../../../contracts/money'
import { microsToNumber } from '../../../core/money/micros'
import { type App, type AppContext, actorOf } from '../../app'
import { readChecked } from '../../plumbing/field-errors'
import { readIdempotencyKey } from '../../plumbing/idempotency-key'
import { json, problem } from '../../plumbing/reply'
import { refuseArchived } from '../members'
import { BODY_PROBLEMS, jsonAnswer, jsonBody, operatorEndpoint, pathId, problems, storesOf } from '../operator-endpoint'
import { buyerParams, creditWire } from './wire'

const route = createRoute({
  method: 'post',
  path: '/v1/buyers/{id}/balance',
  operationId: 'creditBuyer',
  summary: "Credit a buyer's prepaid balance",
  description:
    'Counts at once. From the first credit on the buyer is sold to only while its balance lasts, unless its `prepaid` says ' +
    'otherwise. An amount below zero takes back what was credited by mistake.',
  tags: ['Buyers'],
  request: {
    params: buyerParams,
    headers: z.object({ 'idempotency-key': z.string().max(257).optional() }),
    body: jsonBody(creditSchema),
  },
  responses: {
    201: jsonAnswer('The credit', creditRecordSchema),
    ...problems(...BODY_PROBLEMS, 'not_found', 'conflict'),
  },
})

export function registerCreditBuyer(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const id = pathId(c, 'id')
    const buyer = await storesOf(c).buyers.read(id)
    if (buyer === null) return problem(c, 'not_found')
    const header = readIdempotencyKey(c)
    if (header === 'invalid') return problem(c, 'idempotency_key_invalid')
    const body = await readChecked(c, creditSchema)
    if (body instanceof Response) return body
    const archived = refuseArchived(c, { buyer })
    if (archived !== null) return archived

    const { buyerBalance, fingerprint, newId } = c.var.services
    const { tenantId } = c.var.principal
    const result = await buyerBalance(tenantId, id).credit({
      id: newId('crd'),
      key: header.key,
      reference: body.reference ?? null,
      fingerprint: await fingerprint(route.path, body),
      amountMicros: Math.sign(body.amount) * amountToMicros(Math.abs(body.amount)),
      note: body.note ?? null,
    })
    if (result.kind === 'key_reused') return problem(c, 'idempotency_key_reused')
    if (result.kind === 'reference_reused') {
      return problem(c, 'conflict', { message: 'This reference was credited with another amount or note.' })
    }
    if (result.replayed) c.header('idempotent-replayed', 'true')
    await recordCredit(c, id, result.credit)
    const { currency } = await storesOf(c).tenant.read()
    return json(c, 201, creditWire(result.credit, { buyerId: id, currency }))
  })
}

/** Under an id that is the credit's own, so that one which a crash kept from being recorded is recorded when it comes again. */
async function recordCredit(
  c: AppContext,
  buyerId: string,
  { id, at, amountMicros, reference }: Credit,
): Promise<void> {
  const stamp = { id: `aud_${id.replace(/^crd_/, '')}`, at: new Date(at).toISOString(), by: actorOf(c) }
  const details = { credit_id: id, amount: microsToNumber(amountMicros), reference }
  const deed = { action: 'buyer.credit', targetKind: 'buyer', targetId: buyerId, details }
  await storesOf(c).auditLog.record(stamp, deed)
}
