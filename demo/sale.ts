/** Sends one lead all the way, as a supplier does, and reads the auction back, as an operator does. */
import { randomInt } from 'node:crypto'
import { Refusal } from '../scripts/refusal.ts'
import type { Api } from './api.ts'
import { DEMO_VISITOR, demoPerson } from './market.ts'

export interface DemoBid {
  readonly buyer_name: string | null
  readonly result: 'won' | 'lost' | 'pending'
  readonly amount: number | null
  readonly reason: string | null
  readonly detail: string | null
  readonly asked_at_ms: number | null
  readonly answered_at_ms: number | null
  readonly duration_ms: number | null
  readonly post: {
    readonly started_at_ms: number
    readonly ended_at_ms: number | null
    readonly reference: string | null
  } | null
}

/** As much of `GET /v1/auctions/{id}` as the demo shows. */
export interface DemoAuction {
  readonly id: string
  readonly lead_id: string
  readonly status: 'sold' | 'unsold' | 'pending'
  readonly currency: string
  readonly revenue: number
  readonly payout: number
  readonly profit: number
  readonly margin_percent: number | null
  readonly closed_at_ms: number | null
  readonly close_cause: string | null
  readonly close_to_post_ms: number | null
  readonly bids: readonly DemoBid[]
}

export interface SaleRequest {
  readonly supplier: Api
  readonly operator: Api
  readonly campaignId: string
  readonly supplierId: string
}

interface Pinged {
  readonly accepted: boolean
  readonly ping_id?: string
  readonly message: string
}

const RANDOM_STEPS = 1_000_000

export async function sellOneLead(request: SaleRequest): Promise<DemoAuction> {
  const { supplier, operator, campaignId, supplierId } = request
  const visitor = { flo_campaign_id: campaignId, flo_supplier_id: supplierId, ...DEMO_VISITOR }
  const pinged = await supplier.call<Pinged>({ method: 'POST', path: '/api/v1/ping', body: visitor })
  if (!pinged.accepted) throw new Refusal(`The demo's ping was not accepted: ${pinged.message}`)
  const person = demoPerson(() => randomInt(RANDOM_STEPS) / RANDOM_STEPS)
  const lead = { ...visitor, ...person, flo_ping_id: pinged.ping_id }
  const answer = await supplier.call<{ data: { id: string } }>({ method: 'POST', path: '/api/v1/ingest', body: lead })
  const { auction_id } = await operator.call<{ auction_id: string }>({
    method: 'GET',
    path: `/v1/leads/${answer.data.id}`,
  })
  return operator.call<DemoAuction>({ method: 'GET', path: `/v1/auctions/${auction_id}` })
}
