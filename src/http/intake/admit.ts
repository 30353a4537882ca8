/** Asks the supplier's gate to let a request in, and has what it refuses answered the same on every surface. */
import type { AdmitLead } from '../../contracts/supplier-gate'
import { type AppContext, credentialIds, type Principal } from '../app'
import { problem } from '../plumbing/reply'

export interface Admission {
  readonly principal: Principal
  readonly supplierId: string
  readonly request: Omit<AdmitLead, 'credentials'>
  /** The answer that this very request got before, if it did. */
  readonly replay: () => Promise<Response | null>
}

/** @returns the object's id of the auction that the request belongs to, or the answer that refuses it */
export async function admit(
  c: AppContext,
  { principal, supplierId, request, replay }: Admission,
): Promise<string | Response> {
  const gate = c.var.services.supplierGate(principal.tenantId, supplierId)
  const admitted = await gate.admit({ ...request, credentials: credentialIds(principal) })
  if (admitted.kind === 'admitted') return admitted.auctionId
  if (admitted.kind === 'key_reused') return problem(c, 'idempotency_key_reused')
  if (admitted.reason === 'revoked') return problem(c, 'unauthorized')
  if (admitted.reason === 'unauthorized') return problem(c, 'unauthorized', { status: 403 })
  // A cap that was set or filled since is no reason not to say again what was answered.
  return (await replay()) ?? problem(c, 'capped')
}
