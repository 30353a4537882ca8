/** `POST /v1/returns/{id}/approve` and `…/deny`: the operator decides what a buyer has asked for. */
import { createRoute } from '@hono/zod-openapi'
import { leadReturnSchema, returnApprovalSchema } from '../../contracts/after-sale'
import { returnedEvent } from '../../contracts/after-sale-event'
import type { Decision } from '../../stores/return-store'
import type { App, AppContext } from '../app'
import { operatorEndpoint, pathId, problems, storesOf } from '../manage/operator-endpoint'
import { BODY_PROBLEMS, jsonAnswer, jsonBody } from '../plumbing/described'
import { readChecked } from '../plumbing/field-errors'
import { json, problem } from '../plumbing/reply'
import { afterApproval } from './approval'
import { newAfterSaleChange, openNote } from './change'
import { returnParams, returnWire } from './wire'

const approve = createRoute({
  method: 'post',
  path: '/v1/returns/{id}/approve',
  operationId: 'approveReturn',
  summary: 'Approve a return, also one that was denied; both sides of the sale are reversed',
  tags: ['After the sale'],
  request: { params: returnParams, body: { ...jsonBody(returnApprovalSchema), required: false } },
  responses: {
    200: jsonAnswer('The return', leadReturnSchema),
    ...problems(...BODY_PROBLEMS, 'not_found', 'already_returned'),
  },
})

const deny = createRoute({
  method: 'post',
  path: '/v1/returns/{id}/deny',
  operationId: 'denyReturn',
  summary: 'Deny a return that was asked for',
  tags: ['After the sale'],
  request: { params: returnParams },
  responses: { 200: jsonAnswer('The return', leadReturnSchema), ...problems('not_found', 'already_returned') },
})

export function registerDecideReturn(app: App): void {
  operatorEndpoint(app, deny, (c) => decide(c, { status: 'denied', restoreCaps: null }))
  operatorEndpoint(app, approve, async (c) => {
    const hasBody = c.req.header('content-type') !== undefined
    const input = hasBody ? await readChecked(c, returnApprovalSchema) : {}
    if (input instanceof Response) return input
    return await decide(c, { status: 'approved', restoreCaps: input.restore_caps ?? null })
  })
}

async function decide(c: AppContext, decision: Decision): Promise<Response> {
  const { returns } = storesOf(c)
  const id = pathId(c, 'id')
  const known = await returns.read(id)
  if (known === null) return problem(c, 'not_found')
  const change = newAfterSaleChange(c, {
    events: decision.status === 'approved' ? [returnedEvent(known)] : [],
    deed: {
      action: decision.status === 'approved' ? 'return.approve' : 'return.deny',
      targetKind: 'return',
      targetId: id,
      before: { status: known.status },
      after: { status: decision.status, lead_id: known.leadId, buyer_id: known.buyerId },
    },
  })
  const results = await returns.decide(id, decision, change)
  if (results === null) return problem(c, 'already_returned', { message: 'This return is decided already.' })
  const row = (await returns.read(id)) ?? known
  if (row.status === 'approved') await afterApproval(c, row)
  await c.var.services.leadEvents.committed(results)
  return json(c, 200, returnWire(row, 'operator', await openNote(c, row)))
}
