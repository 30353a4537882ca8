/**
 * `POST /v1/dev/seed`: synthetic leads through the sandbox's own campaigns and buyers, sold as a supplier's leads are. Refused in
 * the live tenant, where nobody may be sold who does not exist.
 */
import { createRoute, z } from '@hono/zod-openapi'
import { leadAnswerSchema } from '../../contracts/lead-answer'
import { syntheticLead } from '../../core/lead/synthetic'
import type { App, AppContext } from '../app'
import { takeLead } from '../guide/ingest'
import { BODY_PROBLEMS, jsonAnswer, jsonBody, operatorEndpoint, problems, storesOf } from '../manage/operator-endpoint'
import { invalid, readChecked } from '../plumbing/field-errors'
import { json, problem } from '../plumbing/reply'
import { type SeedTarget, seedTargets } from './targets'
import { type SeededLead, type SeedOrder, seededSchema, seedSchema } from './wire'

/** How many are on their way at the same time. */
const AT_ONCE = 8
const DEFAULT_STATE = 'TX'

const route = createRoute({
  method: 'post',
  path: '/v1/dev/seed',
  operationId: 'seedLeads',
  summary: 'Send synthetic leads through the sandbox',
  description:
    'For operators of the sandbox. The leads go in turn to the active campaigns of the vertical, each in the name of a supplier that is ' +
    'linked to it. The same seed makes the same leads; sent again, they are auctioned again.',
  tags: ['Development'],
  request: {
    headers: z.object({ 'idempotency-key': z.string().max(257).optional() }),
    body: jsonBody(seedSchema),
  },
  responses: { 201: jsonAnswer('What became of them', seededSchema), ...problems(...BODY_PROBLEMS) },
})

export function registerSeed(app: App): void {
  operatorEndpoint(app, route, async (c) => {
    if ((await storesOf(c).tenant.read()).mode !== 'sandbox') {
      return problem(c, 'forbidden', {
        message: 'Synthetic leads are for the sandbox: use a key that begins with ld_test_.',
      })
    }
    const order = await readChecked(c, seedSchema)
    if (order instanceof Response) return order
    const targets = await seedTargets(c.var.services, c.var.principal.tenantId, order.vertical)
    if (targets.length === 0) {
      const expected = 'vertical of an active campaign that has a supplier and a buyer'
      return invalid(c, [{ field: 'vertical', code: 'invalid_value', expected }])
    }
    return json(c, 201, await sendAll(c, order, targets))
  })
}

async function sendAll(c: AppContext, order: SeedOrder, targets: readonly SeedTarget[]) {
  const seed = String(order.seed ?? c.var.services.newId('seed'))
  const leads: SeededLead[] = []
  let next = 0
  const sender = async (): Promise<void> => {
    for (let number = next++; number < order.count; number = next++) {
      const target = targets[number % targets.length] as SeedTarget
      leads[number] = await sendOne(c, target, { seed, number, state: order.state ?? DEFAULT_STATE })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, sender))
  const count = (wanted: SeededLead['status']) => leads.filter(({ status }) => status === wanted).length
  return {
    seed,
    count: leads.length,
    accepted: count('ACCEPTED'),
    unmatched: count('UNMATCHED'),
    pending: count('PENDING'),
    refused: count('REFUSED'),
    leads,
  }
}

async function sendOne(
  c: AppContext,
  { snapshot: { campaign }, supplierId }: SeedTarget,
  lead: Parameters<typeof syntheticLead>[2],
): Promise<SeededLead> {
  const fields = syntheticLead(campaign.fields, campaign.filters, lead)
  const names = { flo_campaign_id: campaign.id, flo_supplier_id: supplierId }
  const principal = { ...c.var.principal, role: 'supplier' as const, subjectId: supplierId }
  const call = { principal, supplierId, campaignId: campaign.id, input: { ...fields, ...names } }
  // The same lead again is a new request: what is to be seen is the auction, not its answer a second time.
  const response = await takeLead(c, call, `${c.var.requestId}.${lead.number}`)
  const body = (await response.json()) as { readonly error?: string }
  const answer = leadAnswerSchema.safeParse(body)
  const sent = { campaign_id: campaign.id, supplier_id: supplierId }
  if (!answer.success) {
    return { ...sent, lead_id: null, status: 'REFUSED', price: null, error: body.error ?? 'internal_error' }
  }
  const { id, status, price } = answer.data.data
  return { ...sent, lead_id: id, status, price, error: null }
}
