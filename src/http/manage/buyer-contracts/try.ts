/** `POST /v1/campaigns/{id}/buyers/{buyerId}/try`: what the buyer would be sent for a lead, and what it answers. */
import { createRoute } from '@hono/zod-openapi'
import type { BuyerContractInput, ContractSecrets } from '../../../contracts/buyer-contract'
import {
  type BuyerTrialBody,
  type BuyerTrialOrder,
  buyerTrialReportSchema,
  buyerTrialSchema,
} from '../../../contracts/buyer-trial'
import { personalFieldNames } from '../../../contracts/known-fields'
import type { BuyerContractRow } from '../../../stores/buyer-contract-store'
import type { CampaignRow } from '../../../stores/campaign-store'
import type { App, AppContext } from '../../app'
import { readChecked } from '../../plumbing/field-errors'
import { json, problem } from '../../plumbing/reply'
import { findBuyer, findCampaign, refuseArchived } from '../members'
import { BODY_PROBLEMS, jsonAnswer, jsonBody, operatorEndpoint, problems, storesOf } from '../operator-endpoint'
import { checkContract, refuseContract, secretsOf } from './read-contract'
import { readTrialLead } from './trial-lead'
import { buyerContractParams } from './wire'

const route = createRoute({
  method: 'post',
  path: '/v1/campaigns/{id}/buyers/{buyerId}/try',
  operationId: 'tryBuyerContract',
  summary: 'Try a buyer contract out with a lead, stored or not',
  description:
    'Renders ping and post for a sample lead, sends them where `send` says so, and shows how the answers are read. Nothing is ' +
    'stored, auctioned or paid. Secrets are masked.',
  tags: ['Buyer contracts'],
  request: { params: buyerContractParams, body: jsonBody(buyerTrialSchema) },
  responses: {
    200: jsonAnswer('What was rendered, sent, answered and read', buyerTrialReportSchema),
    ...problems(...BODY_PROBLEMS, 'not_found', 'conflict'),
  },
})

export function registerTryBuyerContract(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    const campaign = await findCampaign(c)
    if (campaign instanceof Response) return campaign
    const buyer = await findBuyer(c)
    if (buyer instanceof Response) return buyer
    const body = await readChecked(c, buyerTrialSchema)
    if (body instanceof Response) return body
    const archived = refuseArchived(c, { campaign, buyer })
    if (archived !== null) return archived
    const known = await storesOf(c).buyerContracts.read({ campaignId: campaign.id, buyerId: buyer.id })
    const tried = await contractToTry(c, { body, campaign, known })
    if (tried instanceof Response) return tried
    const target = targetOf(body.send)
    const untestable = target === 'test' ? refuseWithoutTestUrls(c, tried) : null
    if (untestable !== null) return untestable
    const { settings } = campaign
    const lead = readTrialLead(c, body.lead ?? {}, { campaign: settings, contract: tried.contract })
    if (lead instanceof Response) return lead

    const { currency } = await storesOf(c).tenant.read()
    const result = await c.var.services.buyerTrial.run({
      ...tried,
      campaign: settings,
      currency,
      lead: lead.fields,
      piiFields: personalFieldNames(settings.fields),
      target,
    })
    if (result.ok) return json(c, 200, { ...result.report, ignored_members: lead.ignored })
    const fieldErrors = result.problems.map((error) => ({ ...error, field: tried.at + error.field }))
    return problem(c, 'invalid_payload', { fieldErrors })
  })
}

interface Tried {
  /** With blanks for its secrets. */
  readonly contract: BuyerContractInput
  readonly secrets: ContractSecrets
  /** Where field errors find it: `contract.` where it came with the body. */
  readonly at: string
}

interface Asked {
  readonly body: BuyerTrialBody
  readonly campaign: CampaignRow
  readonly known: BuyerContractRow | null
}

/** The contract of the body, else the stored one, which may have been checked when the campaign had other fields. */
async function contractToTry(c: AppContext, { body, campaign, known }: Asked): Promise<Tried | Response> {
  if (body.contract !== undefined) {
    const at = 'contract.'
    const contract = await checkContract(c, { written: body.contract, campaign, known, at })
    if (contract instanceof Response) return contract
    const { public: settings, secrets } = c.var.services.contractCompiler.splitSecrets(contract)
    return { contract: settings, secrets, at }
  }
  if (known === null) {
    return problem(c, 'not_found', { message: 'The buyer has no contract here yet. Send one as "contract" to try it.' })
  }
  const at = ''
  const refusal = await refuseContract(c, known.settings, { campaign, at })
  return refusal ?? { contract: known.settings, secrets: await secretsOf(c, known), at }
}

function targetOf(send: BuyerTrialBody['send']): BuyerTrialOrder['target'] {
  if (send === undefined || send === false) return null
  return send === true ? 'test' : send
}

/** Without one, the live URL would be next: that is never reached unless it is asked for by name. */
function refuseWithoutTestUrls(c: AppContext, { contract, at }: Tried): Response | null {
  const { ping, post } = c.var.services.contractCompiler.resolve(contract)
  const missing = Object.entries({ ping, post }).filter(([, call]) => call !== null && call.request.testUrl === null)
  if (missing.length === 0) return null
  const fieldErrors = missing.map(([call]) => ({
    field: `${at}${call}.request.test_url`,
    code: 'missing_required',
    expected: 'URL to send a test to; "send": "live" sends to the live one, for real',
  }))
  return problem(c, 'invalid_payload', { fieldErrors })
}
