/**
 * `POST /v1/unresolved/{id}/resolve`: a person says what became of a post. The auction takes it as it would take the buyer's
 * own answer: it charges, pays and tells, or gives the lead up; what the buyer says after that changes nothing.
 */
import { createRoute } from '@hono/zod-openapi'
import { resolutionSchema, resolvedSchema, unresolvedParams } from '../../contracts/unresolved'
import { sealNote } from '../after-sale/change'
import type { App } from '../app'
import { BODY_PROBLEMS, jsonAnswer, jsonBody, operatorEndpoint, problems } from '../manage/operator-endpoint'
import { readChecked } from '../plumbing/field-errors'
import { json } from '../plumbing/reply'
import { findOpenPost, resolveOnRecord, tooLate } from './open-post'

const route = createRoute({
  method: 'post',
  path: '/v1/unresolved/{id}/resolve',
  operationId: 'resolveSale',
  summary: 'Resolve a post whose outcome nobody knows as sold or not sold',
  tags: ['Operations'],
  request: { params: unresolvedParams, body: jsonBody(resolutionSchema) },
  responses: {
    200: jsonAnswer('It is resolved', resolvedSchema),
    ...problems(...BODY_PROBLEMS, 'not_found', 'conflict'),
  },
})

export function registerResolveSale(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const resolution = await readChecked(c, resolutionSchema)
    if (resolution instanceof Response) return resolution
    const found = await findOpenPost(c, resolution.contract_id)
    if (found instanceof Response) return found
    const { outcome, note, buyer_lead_id: reference } = resolution
    // Of an erased person nothing new is kept, whatever somebody writes.
    const isErased = found.view.fields === null
    const { isNews, status } = await resolveOnRecord(
      c,
      found,
      { outcome, reference },
      {
        details: { note: null },
        note: await sealNote(c, isErased ? undefined : note),
      },
    )
    if (!isNews) return tooLate(c)
    return json(c, 200, { lead_id: found.view.leadId, contract_id: found.post.contractId, outcome, status })
  })
}
