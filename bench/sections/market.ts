/** A campaign for one measure, with one supplier and buyers of its own, made over the management API. */
import { type Gavel, PATIENCE, PING_RATE } from '../gavel.ts'
import type { CampaignIds } from '../load/leads.ts'
import { NO_LIMIT } from '../no-limit.ts'

export interface Market extends CampaignIds {
  readonly apiKey: string
}

export interface MarketBuyer {
  /** Where its `/ping` and `/post` are. */
  readonly url: string
  /** Members of the buyer besides its name. */
  readonly settings?: object
}

export interface MarketSpec {
  readonly name: string
  readonly buyers: readonly MarketBuyer[]
  /** Members of the campaign besides its name. */
  readonly campaign?: object
}

/** @returns where leads for these buyers are sent */
export async function openMarket({ operator }: Gavel, { name, buyers, campaign }: MarketSpec): Promise<Market> {
  const settings = { name, vertical: 'auto_insurance', ...PATIENCE, ...campaign }
  const campaignId = await operator.create('/v1/campaigns', settings)
  const { id: supplierId = '', api_key: apiKey = '' } = await operator.send('POST', '/v1/suppliers', {
    name,
    ...NO_LIMIT,
  })
  const link = { cost_mode: 'revenue_share', cost_percent: 75 }
  await operator.send('PUT', `/v1/campaigns/${campaignId}/suppliers/${supplierId}`, link)
  for (const { url, settings } of buyers) {
    const buyerId = await operator.create('/v1/buyers', { name, ping_rate: PING_RATE, ...settings })
    await operator.send('PUT', `/v1/campaigns/${campaignId}/buyers/${buyerId}`, {
      ping: { enabled: true, request: { url: `${url}/ping`, template: { state: '{{state}}' } } },
      post: { request: { url: `${url}/post` } },
    })
  }
  return { campaignId, supplierId, apiKey }
}
