/** What each side is asked for in a turn, and what it must answer. */
import type { Gavel, Pace } from './gavel.ts'
import { BEST_BUYER } from './load/buyer-plan.ts'
import type { LoadJob } from './load/generator.ts'
import { pingFields } from './load/leads.ts'
import type { Runtime } from './runtime.ts'

export interface Turn {
  readonly what: 'ping' | 'sale'
  readonly pace: Pace
  readonly connections: number
  readonly maxMs: number
  readonly maxRequests?: number
}

export type Target = Pick<LoadJob, 'port' | 'path' | 'headers' | 'keyed' | 'campaignId' | 'supplierId' | 'expect'>

export function gavelTarget(gavel: Gavel, { what, pace }: Turn): Target {
  const { port, apiKey, campaigns, buyerIds } = gavel
  const base = { port, headers: { 'x-api-key': apiKey }, ...campaigns[pace] }
  if (what === 'ping') {
    return { ...base, path: '/api/v1/ping', keyed: false, expect: { status: 200, members: { accepted: true } } }
  }
  const members = { status: 'ACCEPTED', buyer_id: buyerIds[BEST_BUYER] ?? '' }
  return { ...base, path: '/api/v1/ingest', keyed: true, expect: { status: 201, members } }
}

/** The same request as Gavel's, headers included. */
export function bareTarget(bare: Runtime, gavel: Gavel, turn: Turn): Target {
  const base = { ...gavelTarget(gavel, turn), port: bare.port }
  if (turn.what === 'ping') return { ...base, path: '/ping' }
  return {
    ...base,
    path: `/sold/${turn.pace}`,
    expect: { status: 201, members: { status: 'ACCEPTED', buyer: BEST_BUYER } },
  }
}

/** How long Gavel's ping id is, so that the bare answer is as long. */
export async function pingIdChars({ port, apiKey, campaigns }: Gavel): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/ping`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': apiKey },
    body: JSON.stringify(pingFields(campaigns.fast, 0)),
  })
  const answer = (await response.json()) as { readonly ping_id?: string }
  if (answer.ping_id === undefined) throw new Error(`the first ping was not accepted: ${JSON.stringify(answer)}`)
  return answer.ping_id.length
}
