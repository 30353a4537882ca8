/**
 * `POST /v1/leads/{id}/return`: a buyer gives back what it bought, within its contract's window; or an operator takes it back.
 *
 * An operator's return is approved with it. A buyer's is decided by the first of its contract's rules that fits, or waits.
 */

import type { z } from '@hono/zod-openapi'
import { createRoute } from '@hono/zod-openapi'
import { leadReturnSchema, returnRequestSchema } from '../../contracts/after-sale'
import { returnedEvent } from '../../contracts/after-sale-event'
import { readReturnTerms } from '../../contracts/return-terms'
import { judgeReturn, type ReturnTerms } from '../../core/sale/returns'
import type { NewReturn, ReturnRow } from '../../stores/return-store'
import type { App, AppContext } from '../app'
import { requireRole } from '../plumbing/authenticate'
import { BODY_PROBLEMS, jsonAnswer, jsonBody, problemsOf, withIdempotencyKey } from '../plumbing/described'
import { invalid, readChecked } from '../plumbing/field-errors'
import { idempotent } from '../plumbing/idempotent'
import { json, problem } from '../plumbing/reply'
import { afterApproval } from './approval'
import { newAfterSaleChange, sealNote } from './change'
import { findOwnLead, type OwnLead } from './own-lead'
import { leadParams, returnWire } from './wire'

const route = createRoute({
  method: 'post',
  path: '/v1/leads/{id}/return',
  operationId: 'returnLead',
  summary: 'Return a lead that was bought',
  description:
    "A buyer asks within the window of its contract, and a rule of the contract or the operator decides; an operator's own return is " +
    'approved at once. What is approved is reversed on both sides, once.',
  tags: ['After the sale'],
  request: { params: leadParams, body: jsonBody(returnRequestSchema) },
  responses: {
    201: jsonAnswer('The return', leadReturnSchema),
    ...problemsOf(
      'unauthorized',
      'forbidden',
      'not_found',
      'conflict',
      'not_settled',
      'return_window_closed',
      'already_returned',
      ...BODY_PROBLEMS,
    ),
  },
})

const RETRY_AFTER_SECONDS = 2

type ReturnInput = z.output<typeof returnRequestSchema>
type Sale = Pick<ReturnRow, 'contractId' | 'buyerId' | 'revenueMicros' | 'payoutMicros' | 'soldAt'>

export function registerReturnLead(app: App): void {
  app.openAPIRegistry.registerPath(withIdempotencyKey(route))
  app.post('/v1/leads/:id/return', requireRole('operator', 'buyer'), idempotent(returnLead))
}

async function returnLead(c: AppContext): Promise<Response> {
  const input = await readChecked(c, returnRequestSchema)
  if (input instanceof Response) return input
  const isOperator = c.var.principal.role === 'operator'
  const forOperators = (['restore_caps', 'await_decision'] as const).find((name) => input[name] !== undefined)
  if (!isOperator && forOperators !== undefined) return invalid(c, [leftOut(forOperators)])
  if (!isOperator && input.buyer_id !== undefined && input.buyer_id !== c.var.principal.subjectId) {
    return invalid(c, [leftOut('buyer_id')])
  }
  const lead = await findOwnLead(c, c.req.param('id') ?? '')
  if (lead === null) return problem(c, 'not_found')
  const sale = await findSale(c, lead, isOperator ? input.buyer_id : (c.var.principal.subjectId ?? ''))
  if (sale instanceof Response) return sale

  const { services, principal } = c.var
  const stores = services.stores(principal.tenantId)
  const contract = await stores.buyerContracts.read({ campaignId: lead.campaignId, buyerId: sale.buyerId })
  const terms = readReturnTerms(contract?.settings.returns)
  const row = await newReturn(c, { input, lead, sale, terms })
  if (row instanceof Response) return row
  const { id, status, reason, decidedBy } = row
  const change = newAfterSaleChange(c, {
    events: status === 'approved' ? [returnedEvent({ ...lead, ...row })] : [],
    deed: {
      action: 'return.create',
      targetKind: 'return',
      targetId: id,
      after: { status, reason, lead_id: lead.leadId, buyer_id: sale.buyerId, decided_by: decidedBy },
    },
  })
  const results = await stores.returns.add(row, change)
  if (results === null) return problem(c, 'already_returned')
  const stored = { ...row, tenantId: principal.tenantId, accountToldAt: null }
  if (status === 'approved') await afterApproval(c, stored)
  await services.leadEvents.committed(results)
  return json(c, 201, returnWire(stored, isOperator ? 'operator' : 'buyer', input.note ?? null))
}

/** @param buyerId null or left out finds the only one */
async function findSale(c: AppContext, lead: OwnLead, buyerId: string | undefined): Promise<Sale | Response> {
  const notSettled = () => problem(c, 'not_settled', { retryAfterSeconds: RETRY_AFTER_SECONDS })
  const { source, buyerIds } = lead
  const facts = source.kind === 'auction' ? source.view : source.row
  if (facts.status === 'pending') return notSettled()
  if (buyerIds.length === 0) return problem(c, 'conflict', { message: 'Nobody has bought this lead.' })
  const wanted = buyerId ?? (buyerIds.length === 1 ? buyerIds[0] : undefined)
  if (wanted === undefined || !buyerIds.includes(wanted)) {
    return invalid(c, [
      {
        field: 'buyer_id',
        code: wanted === undefined ? 'missing_required' : 'invalid_value',
        expected: `one of: ${buyerIds.join(', ')}`,
      },
    ])
  }
  // What a test lead would have cost stands in no ledger.
  if (lead.test) return testSale(source, wanted, facts.settledAt ?? facts.receivedAt)
  const stores = c.var.services.stores(c.var.principal.tenantId)
  const [booked, row] = await Promise.all([
    stores.returns.booked(lead.leadId, lead.auctionId),
    source.kind === 'row' ? source.row : stores.leads.read(lead.leadId),
  ])
  const sale = booked.find((candidate) => candidate.buyerId === wanted)
  return sale === undefined || row === null ? notSettled() : { ...sale, soldAt: sale.at }
}

function testSale(source: OwnLead['source'], buyerId: string, soldAt: string): Sale {
  const bids = source.kind === 'auction' ? source.view.bids : source.row.bids
  const bid = bids.find((candidate) => candidate.buyerId === buyerId && candidate.result === 'won')
  return { contractId: bid?.contractId ?? '', buyerId, revenueMicros: 0, payoutMicros: 0, soldAt }
}

interface ReturnParts {
  readonly input: ReturnInput
  readonly lead: OwnLead
  readonly sale: Sale
  readonly terms: ReturnTerms
}

/** @returns the return with its decision, or why it is not taken */
async function newReturn(c: AppContext, { input, lead, sale, terms }: ReturnParts): Promise<NewReturn | Response> {
  const { services, principal } = c.var
  const now = services.now()
  const at = new Date(now).toISOString()
  const decided = decisionOf(c, { terms, sale, now, input })
  if (decided instanceof Response) return decided
  const { contractId, buyerId, revenueMicros, payoutMicros, soldAt } = sale
  const { leadId, auctionId, campaignId, supplierId, currency, test } = lead
  return {
    id: services.newId('ret'),
    ...{ leadId, auctionId, campaignId, supplierId, currency, test },
    ...{ contractId, buyerId, revenueMicros, payoutMicros, soldAt },
    ...decided,
    decidedAt: decided.decidedBy === null ? null : at,
    reason: input.reason,
    ...(await sealNote(c, input.note)),
    requestedBy: principal.role === 'operator' ? 'operator' : 'buyer',
    requestedAt: at,
    restoreCaps: input.restore_caps ?? terms.restoreCaps,
  }
}

interface Judged {
  readonly terms: ReturnTerms
  readonly sale: Sale
  readonly now: number
  readonly input: ReturnInput
}

function decisionOf(
  c: AppContext,
  { terms, sale, now, input }: Judged,
): Pick<NewReturn, 'status' | 'decidedBy'> | Response {
  if (c.var.principal.role === 'operator') {
    return input.await_decision === true
      ? { status: 'requested', decidedBy: null }
      : { status: 'approved', decidedBy: 'operator' }
  }
  const verdict = judgeReturn(terms, { reason: input.reason, soldAt: Date.parse(sale.soldAt), now })
  switch (verdict.kind) {
    case 'window_closed':
      return problem(c, 'return_window_closed', {
        message:
          terms.windowDays === 0
            ? 'This contract has no returns.'
            : `It could be returned until ${new Date(verdict.closedAt).toISOString()}.`,
      })
    case 'reason_not_taken':
      return invalid(c, [{ field: 'reason', code: 'invalid_value', expected: `one of: ${terms.reasons.join(', ')}` }])
    case 'ask_operator':
      return { status: 'requested', decidedBy: null }
    case 'decided':
      return { status: verdict.decision === 'approve' ? 'approved' : 'denied', decidedBy: 'rule' }
  }
}

function leftOut(field: string) {
  return { field, code: 'unknown_field' as const, expected: 'left out' }
}
