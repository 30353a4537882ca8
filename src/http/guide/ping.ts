/**
 * `POST /api/v1/ping`: would this lead be taken? Nothing is written and no database is read, unless the campaign wants an
 * auction now: see ping-auction.ts.
 */
import { createRoute, z } from '@hono/zod-openapi'
import type { CampaignSnapshot } from '../../contracts/snapshot'
import { type Eligible, judgeIntake, whyNobody } from '../../core/campaign/intake'
import type { LeadFields } from '../../core/lead/fields'
import { INTAKE_MESSAGES, type IntakeReason } from '../../core/reasons'
import { PING_TOKEN_LIFE_MS } from '../../security/ping-token'
import type { App, AppContext } from '../app'
import { isSeen } from '../intake/lead-identity'
import { BODY_PROBLEMS, IDEMPOTENCY_PROBLEMS, problemsOf } from '../plumbing/described'
import { json, problem } from '../plumbing/reply'
import { suppress } from '../plumbing/suppress'
import { readSupplierCall, type SupplierCall } from './caller'
import { pingAuction } from './ping-auction'

const pingRequestSchema = z
  .looseObject({ flo_campaign_id: z.string(), flo_supplier_id: z.string() })
  .openapi('SupplierPing', { example: { flo_campaign_id: 'camp_01', flo_supplier_id: 'sup_01', state: 'CA' } })

const pingAnswerSchema = z
  .union([
    z.object({
      accepted: z.literal(true),
      ping_id: z.string(),
      message: z.string(),
      expires_at: z.string().openapi({ format: 'date-time' }),
      price: z
        .number()
        .optional()
        .openapi({ description: 'What the supplier will be paid, where an auction was run.' }),
      currency: z.string().optional(),
    }),
    z.object({
      accepted: z.literal(false),
      reason: z.enum(['filtered', 'suppressed', 'invalid_campaign', 'inactive_campaign', 'duplicate', 'capped']),
      message: z.string(),
      filter_errors: z.array(z.string()).optional(),
    }),
  ])
  .openapi('SupplierPingAnswer')

const route = createRoute({
  method: 'post',
  path: '/api/v1/ping',
  operationId: 'pingLead',
  summary: 'Ask whether a lead would be accepted',
  tags: ['Suppliers'],
  request: {
    headers: z.object({ 'idempotency-key': z.string().max(257).optional() }),
    body: {
      required: true,
      content: {
        'application/json': { schema: pingRequestSchema },
        'application/x-www-form-urlencoded': { schema: pingRequestSchema },
      },
    },
  },
  responses: {
    200: { description: 'The verdict', content: { 'application/json': { schema: pingAnswerSchema } } },
    ...problemsOf('unauthorized', 'unauthorized@403', 'forbidden', ...BODY_PROBLEMS, ...IDEMPOTENCY_PROBLEMS),
  },
})

const UNAUTHORIZED = { accepted: false, reason: 'unauthorized' }

/** Registers the endpoint. The body is read by hand: its limits and form encoding are the contract's own. */
export function registerPing(app: App): void {
  app.openAPIRegistry.registerPath(route)
  app.post(route.path, async (c) => {
    const call = await readSupplierCall(c, UNAUTHORIZED, 'ping')
    if (call instanceof Response) return call
    const snapshot = await c.var.services.snapshots.campaign(call.campaignId)
    if (snapshot === null || snapshot.campaign.tenantId !== call.principal.tenantId)
      return refuse(c, 'invalid_campaign')
    if (snapshot.campaign.pingMode === 'auction') {
      return pingAuction(c, { call, snapshot, judge: () => judge(c, call, snapshot) })
    }
    const intake = await judge(c, call, snapshot)
    return intake instanceof Response ? intake : accept(c, call, snapshot, intake.fields)
  })
}

/** @returns who may be asked, or the answer that refuses the ping */
async function judge(c: AppContext, call: SupplierCall, snapshot: CampaignSnapshot): Promise<Eligible | Response> {
  const { campaign } = snapshot
  const link = snapshot.links[call.supplierId] ?? null
  const contracts = snapshot.contracts.map(({ terms }) => terms)
  const now = c.var.services.now()
  const intake = judgeIntake({ campaign, link, contracts, input: call.input, call: 'ping', now })
  switch (intake.kind) {
    case 'unauthorized':
      return problem(c, 'unauthorized', { status: 403, members: UNAUTHORIZED })
    case 'refused':
      return refuse(c, intake.reason)
    case 'invalid':
      return problem(c, 'invalid_payload', { fieldErrors: intake.errors })
    case 'filtered':
      return refuse(c, 'filtered', intake.filterErrors)
    case 'eligible': {
      const left = await suppress(c.var.services, campaign, intake)
      if (left === 'suppressed') return refuse(c, 'suppressed')
      if (left.contenders.length === 0) return refuse(c, 'filtered', [whyNobody(left.refusals)])
      if (await isSeen(c.var.services, campaign, left.fields)) return refuse(c, 'duplicate')
      const isCapped = link?.capped.pings === true || link?.capped.leads === true
      return isCapped && !(await mayPing(c, call)) ? refuse(c, 'capped') : left
    }
  }
}

/** The caps on pings, and on the leads that would follow; a ping that was turned away for another reason does not count. */
function mayPing(c: AppContext, { principal, supplierId, campaignId }: SupplierCall): Promise<boolean> {
  const { pingAllowance, supplierGate } = c.var.services
  return pingAllowance.take(supplierGate(principal.tenantId, supplierId), supplierId, campaignId)
}

async function accept(c: AppContext, call: SupplierCall, { campaign }: CampaignSnapshot, fields: LeadFields) {
  const { pingTokens, auctions, now } = c.var.services
  const expiresAt = now() + PING_TOKEN_LIFE_MS
  const claims = {
    campaignId: campaign.id,
    supplierId: call.supplierId,
    mode: 'eligibility' as const,
    objectId: auctions.mint(),
    expiresAt,
  }
  return json(c, 200, {
    accepted: true,
    ping_id: await pingTokens.sign(claims, fields),
    message: 'Lead accepted',
    expires_at: new Date(expiresAt).toISOString(),
  })
}

function refuse(c: AppContext, reason: IntakeReason, filterErrors?: readonly string[]): Response {
  const message = INTAKE_MESSAGES[reason]
  const extra = filterErrors === undefined ? {} : { filter_errors: filterErrors }
  return json(c, 200, { accepted: false, reason, message, ...extra })
}
