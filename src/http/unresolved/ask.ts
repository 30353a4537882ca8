/**
 * `POST /v1/unresolved/{id}/ask`: an operator has the buyer asked what became of a post, where its contract says how. A clear
 * answer resolves the sale as a person would; any other leaves it as it is.
 *
 * Asked by the contract as it stands now, so that an inquiry can be added for the posts that wait already.
 */
import { createRoute } from '@hono/zod-openapi'
import { askedSchema, askSchema, type InquiryOrder } from '../../contracts/inquiry'
import { unresolvedParams } from '../../contracts/unresolved'
import type { App, AppContext } from '../app'
import { refuseContract, secretsOf } from '../manage/buyer-contracts/read-contract'
import { newStamp } from '../manage/changes'
import { BODY_PROBLEMS, jsonAnswer, jsonBody, operatorEndpoint, problems, storesOf } from '../manage/operator-endpoint'
import { readChecked } from '../plumbing/field-errors'
import { json, problem } from '../plumbing/reply'
import { type FoundPost, findOpenPost, resolveOnRecord, tooLate } from './open-post'

const route = createRoute({
  method: 'post',
  path: '/v1/unresolved/{id}/ask',
  operationId: 'askBuyer',
  summary: 'Ask the buyer what became of a post whose outcome nobody knows',
  description:
    "Sends the `inquiry` of the buyer's contract, shows the answer, and resolves the sale where that is clear: `accepted` is " +
    'sold, `rejected` is not sold, anything else leaves it unresolved.',
  tags: ['Operations'],
  request: { params: unresolvedParams, body: jsonBody(askSchema) },
  responses: {
    200: jsonAnswer('What was asked and answered', askedSchema),
    ...problems(...BODY_PROBLEMS, 'not_found', 'conflict'),
  },
})

export function registerAskBuyer(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const body = await readChecked(c, askSchema)
    if (body instanceof Response) return body
    const found = await findOpenPost(c, body.contract_id)
    if (found instanceof Response) return found
    // A try that is out will bring an answer of its own.
    if (found.post.post.outcome === 'posting') return tooLate(c)
    const order = await orderOf(c, found)
    if (order instanceof Response) return order

    const { leadId } = found.view
    const { contractId, buyerId } = found.post
    const about = { contract_id: contractId, buyer_id: buyerId }
    const deed = { action: 'unresolved.ask', targetKind: 'lead', targetId: leadId, details: about }
    await storesOf(c).auditLog.record(newStamp(c), deed)
    const asked = await c.var.services.inquiries.ask(order)
    if (!asked.ok) return problem(c, 'invalid_payload', { fieldErrors: asked.problems })

    const { outcome, call } = asked
    const said = { lead_id: leadId, contract_id: contractId, outcome: outcome.kind, reason: outcome.reason, call }
    if (outcome.kind === 'not_known') return json(c, 200, { ...said, resolved: false, status: found.view.status })
    const reference = outcome.kind === 'sold' ? outcome.reference : null
    const answered = { http_status: call.answer?.status ?? null, decided_by: call.decided_by }
    // What was asked before another copy left says nothing of that copy.
    const resolution = { outcome: outcome.kind, reference, tries: found.post.post.tries }
    const { isNews, status } = await resolveOnRecord(c, found, resolution, {
      details: { buyer_answered: answered },
    })
    return json(c, 200, { ...said, resolved: isNews, status })
  })
}

async function orderOf(c: AppContext, { auction, view, post }: FoundPost): Promise<InquiryOrder | Response> {
  const { campaigns, buyerContracts } = storesOf(c)
  const { contractId, buyerId } = post
  const { campaignId } = view
  const [campaign, row] = await Promise.all([campaigns.read(campaignId), buyerContracts.read({ campaignId, buyerId })])
  if (campaign === null || row === null || row.settings.inquiry == null) {
    return problem(c, 'conflict', { message: "The buyer's contract has no inquiry: nobody knows where to ask." })
  }
  const facts = await auction.postFacts(c.var.principal.tenantId, contractId)
  if (facts === null) return problem(c, 'conflict', { message: 'The lead was erased: nothing of it is sent any more.' })
  // What was checked when it was written may not be allowed any more.
  const refusal = await refuseContract(c, row.settings, { campaign, at: '' })
  if (refusal !== null) return refusal
  const secrets = await secretsOf(c, row)
  return {
    contract: row.settings,
    secrets,
    contractId,
    auctionId: view.id,
    leadId: view.leadId,
    post: facts,
  }
}
