/**
 * Sets the demo's market up through the Management API. What is there already is brought to how it should be, as the
 * buyers listen elsewhere after each start.
 */
import type { Api } from './api.ts'
import { DEMO_BUYERS } from './buyers.ts'
import { DEMO_CAMPAIGN, DEMO_SUPPLIERS } from './market.ts'
import type { Notebook } from './notebook.ts'

interface Created {
  readonly id: string
  readonly status?: string
}

export interface SeedRequest {
  readonly operator: Api
  readonly notebook: Notebook
  /** By the buyer's name. */
  readonly buyerUrls: ReadonlyMap<string, string>
}

/** @returns the campaign's id */
export async function seed({ operator, notebook, buyerUrls }: SeedRequest): Promise<string> {
  const campaignId = await seedCampaign(operator, notebook)
  for (const { name, link } of DEMO_SUPPLIERS) {
    const supplierId = await seedSupplier(operator, notebook, name)
    await operator.call({ method: 'PUT', path: `/v1/campaigns/${campaignId}/suppliers/${supplierId}`, body: link })
  }
  for (const { name, contract } of DEMO_BUYERS) {
    const buyerId = await seedBuyer(operator, notebook, name)
    const body = contract(buyerUrls.get(name) ?? '')
    await operator.call({ method: 'PUT', path: `/v1/campaigns/${campaignId}/buyers/${buyerId}`, body })
  }
  return campaignId
}

async function seedCampaign(operator: Api, { notes, save }: Notebook): Promise<string> {
  const known = await findActive(operator, 'campaigns', notes.campaignId)
  if (known !== null) {
    await operator.call({ method: 'PATCH', path: `/v1/campaigns/${known}`, body: DEMO_CAMPAIGN })
    return known
  }
  const { id } = await operator.call<Created>({ method: 'POST', path: '/v1/campaigns', body: DEMO_CAMPAIGN })
  notes.campaignId = id
  save()
  return id
}

async function seedSupplier(operator: Api, { notes, save }: Notebook, name: string): Promise<string> {
  const known = await findActive(operator, 'suppliers', notes.suppliers[name]?.id ?? null)
  if (known !== null) return known
  const body = { name }
  const made = await operator.call<Created & { api_key: string }>({ method: 'POST', path: '/v1/suppliers', body })
  notes.suppliers[name] = { id: made.id, apiKey: made.api_key }
  save()
  return made.id
}

async function seedBuyer(operator: Api, { notes, save }: Notebook, name: string): Promise<string> {
  const known = await findActive(operator, 'buyers', notes.buyers[name] ?? null)
  if (known !== null) return known
  const { id } = await operator.call<Created>({ method: 'POST', path: '/v1/buyers', body: { name } })
  notes.buyers[name] = id
  save()
  return id
}

async function findActive(operator: Api, kind: string, id: string | null): Promise<string | null> {
  if (id === null) return null
  const found = await operator.find<Created>(`/v1/${kind}/${id}`)
  return found === null || found.status !== 'active' ? null : id
}
