/** `PUT /v1/campaigns/{id}/buyers/{buyerId}`: what the buyer takes in this campaign, and how it is spoken to. */
import { createRoute } from '@hono/zod-openapi'
import { buyerContractSchema } from '../../../contracts/buyer-contract'
import { buyerContractRecordSchema, withContractDefaults } from '../../../contracts/contract-settings'
import type { App } from '../../app'
import { json, problem } from '../../plumbing/reply'
import { newChange, publish, refuseOversize } from '../changes'
import { refuseUnknownLists } from '../known-lists'
import { findBuyer, findCampaign, refuseArchived } from '../members'
import { BODY_PROBLEMS, jsonAnswer, jsonBody, operatorEndpoint, problems, storesOf } from '../operator-endpoint'
import { refuseCrowdedCampaign } from './campaign-size'
import { readContract } from './read-contract'
import { buyerContractParams, buyerContractWire } from './wire'

/** An auction takes all of them along. */
const MAX_CONTRACTS = 100
const MAX_CONTRACT_BYTES = 128 * 1024

const route = createRoute({
  method: 'put',
  path: '/v1/campaigns/{id}/buyers/{buyerId}',
  operationId: 'putBuyerContract',
  summary: 'Contract a buyer for a campaign, or replace its contract',
  description: 'A secret that is sent back as its mask keeps what it was.',
  tags: ['Buyer contracts'],
  request: { params: buyerContractParams, body: jsonBody(buyerContractSchema) },
  responses: {
    200: jsonAnswer('The contract with its new terms', buyerContractRecordSchema),
    201: jsonAnswer('The new contract', buyerContractRecordSchema),
    ...problems(...BODY_PROBLEMS, 'not_found', 'conflict'),
  },
})

export function registerPutBuyerContract(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const campaign = await findCampaign(c)
    if (campaign instanceof Response) return campaign
    const buyer = await findBuyer(c)
    if (buyer instanceof Response) return buyer
    const { buyerContracts } = storesOf(c)
    const key = { campaignId: campaign.id, buyerId: buyer.id }
    const known = await buyerContracts.read(key)
    const contract = await readContract(c, campaign, known)
    if (contract instanceof Response) return contract
    const oversize = refuseOversize(c, contract, MAX_CONTRACT_BYTES)
    if (oversize !== null) return oversize
    const unknown = await refuseUnknownLists(c, contract.suppression_list_ids)
    if (unknown !== null) return unknown
    const archived = refuseArchived(c, { campaign, buyer })
    if (archived !== null) return archived
    if (known === null && (await buyerContracts.countOf(campaign.id)) >= MAX_CONTRACTS) {
      return problem(c, 'conflict', { message: `A campaign has at most ${MAX_CONTRACTS} buyers.` })
    }

    const crowded = await refuseCrowdedCampaign(c, key, contract)
    if (crowded !== null) return crowded

    const { contractCompiler, newId, sealSecrets } = c.var.services
    const { public: settings, secrets } = contractCompiler.splitSecrets(contract)
    const sealedSecrets = Object.keys(secrets).length === 0 ? null : await sealSecrets(JSON.stringify(secrets))
    const { row, publishIds } = await buyerContracts.put(
      { ...key, id: newId('con'), settings: withContractDefaults(settings), sealedSecrets },
      newChange(c),
    )
    await publish(c, publishIds)
    return json(c, known === null ? 201 : 200, buyerContractWire(c)(row))
  })
}
