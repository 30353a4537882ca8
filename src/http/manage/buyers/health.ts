/** `GET /v1/buyers/{id}/health`: whether the buyer is called, or skipped because its calls keep failing. */
import { createRoute } from '@hono/zod-openapi'
import { type AccountHealth, type BuyerHealthWire, buyerHealthSchema } from '../../../contracts/buyer-line'
import type { BuyerContractRow } from '../../../stores/buyer-contract-store'
import type { App } from '../../app'
import { json, problem } from '../../plumbing/reply'
import { jsonAnswer, operatorEndpoint, pathId, problems, storesOf } from '../operator-endpoint'
import { buyerParams } from './wire'

const route = createRoute({
  method: 'get',
  path: '/v1/buyers/{id}/health',
  operationId: 'getBuyerHealth',
  summary: "How a buyer's calls fare, contract by contract",
  tags: ['Buyers'],
  request: { params: buyerParams },
  responses: { 200: jsonAnswer('Its contracts and its ping rate', buyerHealthSchema), ...problems('not_found') },
})

export function registerReadBuyerHealth(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const id = pathId(c, 'id')
    const { buyers, buyerContracts } = storesOf(c)
    const row = await buyers.read(id)
    if (row === null) return problem(c, 'not_found')
    const { tenantId } = c.var.principal
    const [contracts, health] = await Promise.all([
      buyerContracts.ofBuyer(id),
      c.var.services.buyerHealth(tenantId, id),
    ])
    return json(c, 200, {
      buyer_id: id,
      ping_rate: { per_second: health.pingsPerSecond, shared: health.sharedPerSecond },
      contracts: contracts.map((contract) => contractHealth(contract, health)),
    } satisfies BuyerHealthWire)
  })
}

function contractHealth({ id, campaignId }: BuyerContractRow, health: AccountHealth) {
  const known = health.contracts.find(({ contractId }) => contractId === id)
  return {
    contract_id: id,
    campaign_id: campaignId,
    state: known?.state ?? 'closed',
    call: known?.call ?? null,
    since: instantOf(known?.since),
    until: instantOf(known?.until),
    failures: known?.failures ?? 0,
    last_reason: known?.lastReason ?? null,
    isolates: known?.isolates ?? 0,
  }
}

function instantOf(at: number | null | undefined): string | null {
  return at === null || at === undefined ? null : new Date(at).toISOString()
}
