/** Who calls the exchange to sell: a supplier, with the scope that the call needs. */
import type { Scope } from '../../contracts/scopes'
import type { AppContext, Principal } from '../app'
import { authenticate, refuseScope } from '../plumbing/authenticate'
import { problem } from '../plumbing/reply'

export interface SupplierCaller {
  readonly principal: Principal
  readonly supplierId: string
}

/** @returns the caller, or the answer that refuses it */
export async function readSupplier(c: AppContext, scope: Scope): Promise<SupplierCaller | Response> {
  const principal = await authenticate(c)
  if (principal === null) return problem(c, 'unauthorized', { message: 'A valid API key or token is required.' })
  const { role, subjectId } = principal
  if (role !== 'supplier' || subjectId === null) return problem(c, 'forbidden')
  return refuseScope(c, principal, scope) ?? { principal, supplierId: subjectId }
}
