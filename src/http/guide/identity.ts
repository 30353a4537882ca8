/**
 * Which auction a lead request belongs to: found without a look-up where it carries a ping id, and by the supplier's gate
 * otherwise.
 */
import type { SupplierGateRpc } from '../../contracts/supplier-gate'
import { KEY_LIFE_MS, requestKeyOf } from '../intake/request-key'
import type { Services } from '../services'
import type { SupplierCall } from './caller'

/** A body that comes again without any key is the same request for this long. */
const BODY_LIFE_MS = 60 * 1_000

export interface Identity {
  readonly fingerprint: string
  readonly gate: SupplierGateRpc
  /** What the gate remembers; null where the ping id alone identifies the request. */
  readonly requestKey: string | null
  readonly rememberMs: number
  readonly pingId: string | null
  /** The object that a genuine ping id names; null without one. */
  readonly pingObjectId: string | null
  /** What that ping id was answered for. */
  readonly pingMode: 'eligibility' | 'auction'
}

/** @param idempotencyKey the header's key, or null */
export async function identify(
  services: Services,
  call: SupplierCall,
  idempotencyKey: string | null,
): Promise<Identity> {
  const { input, principal, supplierId, campaignId } = call
  const gate = services.supplierGate(principal.tenantId, supplierId)
  const fingerprint = await services.fingerprint('POST /api/v1/ingest', input)
  const pingId = readPingId(input)
  const claims = pingId === null ? null : await services.pingTokens.open(pingId)
  const isMine = claims !== null && claims.campaignId === campaignId && claims.supplierId === supplierId
  const pingMode = claims?.mode ?? 'eligibility'
  const base = { fingerprint, gate, pingId, pingObjectId: isMine ? claims.objectId : null, pingMode }
  if (idempotencyKey !== null) {
    return { ...base, requestKey: requestKeyOf(principal, '/api/v1/ingest', idempotencyKey), rememberMs: KEY_LIFE_MS }
  }
  if (base.pingObjectId !== null) return { ...base, requestKey: null, rememberMs: 0 }
  return { ...base, requestKey: `body:${fingerprint}`, rememberMs: BODY_LIFE_MS }
}

/** @returns null where there is none; what is not text becomes '', which no check takes for genuine */
function readPingId(input: SupplierCall['input']): string | null {
  const sent = Object.hasOwn(input, 'flo_ping_id') ? input.flo_ping_id : null
  if (sent === undefined || sent === null || sent === '') return null
  return typeof sent === 'string' ? sent : ''
}
