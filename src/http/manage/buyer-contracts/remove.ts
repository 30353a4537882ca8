/** `DELETE /v1/campaigns/{id}/buyers/{buyerId}`: leads refer to its two ends, which stay. Its secrets are gone. */
import { createRoute } from '@hono/zod-openapi'
import type { App } from '../../app'
import { noContent, problem } from '../../plumbing/reply'
import { newChange, publish } from '../changes'
import { operatorEndpoint, pathId, problems, storesOf } from '../operator-endpoint'
import { buyerContractParams } from './wire'

const route = createRoute({
  method: 'delete',
  path: '/v1/campaigns/{id}/buyers/{buyerId}',
  operationId: 'deleteBuyerContract',
  summary: 'Take a buyer out of a campaign',
  tags: ['Buyer contracts'],
  request: { params: buyerContractParams },
  responses: { 204: { description: 'The contract and its secrets are gone' }, ...problems('not_found') },
})

export function registerRemoveBuyerContract(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const key = { campaignId: pathId(c, 'id'), buyerId: pathId(c, 'buyerId') }
    const { buyerContracts } = storesOf(c)
    if ((await buyerContracts.read(key)) === null) return problem(c, 'not_found')
    await publish(c, await buyerContracts.remove(key, newChange(c)))
    return noContent(c)
  })
}
