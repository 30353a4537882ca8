/**
 * What both supplier calls begin with: who is calling, for which campaign, with which members.
 */
import type { Scope } from '../../contracts/scopes'
import type { FieldError } from '../../core/lead/fields'
import { MAX_FIELDS } from '../../core/lead/fields'
import type { AppContext, Principal } from '../app'
import { authenticate, refuseScope } from '../plumbing/authenticate'
import { type JsonObject, LEAD_BODY_BYTES, readBody } from '../plumbing/body'
import { problem } from '../plumbing/reply'

export interface SupplierCall {
  readonly principal: Principal
  readonly supplierId: string
  readonly campaignId: string
  readonly input: JsonObject
}

/**
 * @param unauthorized the members that a refusal carries on this endpoint besides the error's own
 * @param scope what the credential must be good for
 * @returns the call, or the answer that refuses it
 */
export async function readSupplierCall(
  c: AppContext,
  unauthorized: { readonly [name: string]: unknown },
  scope: Scope = 'post',
): Promise<SupplierCall | Response> {
  const principal = await authenticate(c)
  if (principal === null) return problem(c, 'unauthorized', { members: unauthorized })
  const refused = principal.role === 'supplier' ? refuseScope(c, principal, scope, unauthorized) : null
  if (refused !== null) return refused
  const body = await readBody(c, { maxBytes: LEAD_BODY_BYTES, form: true })
  if (!body.ok) return problem(c, body.code, { message: body.message })

  const input = body.value
  const campaignId = readId(input, 'flo_campaign_id')
  const supplierId = readId(input, 'flo_supplier_id')
  const fieldErrors = [campaignId, supplierId].filter((id) => typeof id !== 'string')
  if (Object.keys(input).length > MAX_FIELDS) {
    fieldErrors.push({ field: '', code: 'too_many_fields', expected: `at most ${MAX_FIELDS} fields` })
  }
  if (typeof campaignId !== 'string' || typeof supplierId !== 'string' || fieldErrors.length > 0) {
    return problem(c, 'invalid_payload', { fieldErrors })
  }
  if (principal.role !== 'supplier' || principal.subjectId !== supplierId) {
    return problem(c, 'unauthorized', { status: 403, members: unauthorized })
  }
  return { principal, supplierId, campaignId, input }
}

function readId(input: JsonObject, name: string): string | FieldError {
  const value = Object.hasOwn(input, name) ? input[name] : undefined
  if (value === undefined || value === null || value === '')
    return { field: name, code: 'missing_required', expected: 'id' }
  if (typeof value !== 'string') return { field: name, code: 'wrong_type', expected: 'id as text' }
  return value.length <= 128 ? value : { field: name, code: 'too_long', expected: 'id of at most 128 characters' }
}
