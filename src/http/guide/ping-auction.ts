/**
 * A ping in a campaign with `ping_mode: "auction"`: the auction runs now, and the ping id carries what the supplier will be
 * paid.
 */
import type { CampaignSnapshot } from '../../contracts/snapshot'
import type { Eligible } from '../../core/campaign/intake'
import type { AppContext } from '../app'
import { leadToSubmit } from '../intake/lead-to-submit'
import { requestKeyOf } from '../intake/request-key'
import { replayOffer, runOffer } from '../intake/run-offer'
import { readIdempotencyKey } from '../plumbing/idempotency-key'
import { problem } from '../plumbing/reply'
import type { SupplierCall } from './caller'

const PATH = '/api/v1/ping'
/** As long as a ping of the exchange waits. */
const WITHIN_MS = 5_000

export interface AuctionPing {
  readonly call: SupplierCall
  readonly snapshot: CampaignSnapshot
  /** @returns who may be asked, or the answer that refuses the ping */
  readonly judge: () => Promise<Eligible | Response>
}

export async function pingAuction(c: AppContext, { call, snapshot, judge }: AuctionPing): Promise<Response> {
  const { services } = c.var
  const header = readIdempotencyKey(c)
  if (header === 'invalid') return problem(c, 'idempotency_key_invalid')
  const fingerprint = await services.fingerprint(`POST ${PATH}`, call.input)
  const requestKey = header.key === null ? null : requestKeyOf(call.principal, PATH, header.key)
  const identity = { ...call, fingerprint, requestKey }
  const intake = await judge()
  if (intake instanceof Response) return (await replayOffer(c, identity)) ?? intake
  const link = snapshot.links[call.supplierId] ?? null
  const lead = await leadToSubmit({ services, fingerprint, snapshot, link, intake })
  const offer = { surface: 'guide' as const, reference: null, withinMs: WITHIN_MS }
  return runOffer(c, identity, { ...lead, identity: null, offer })
}
