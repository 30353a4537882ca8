/** What a body about a credential must meet beyond its shape: an owner that is there, networks that are networks. */
import { type CredentialPatch, wrongScopes } from '../../../contracts/credential'
import type { Role } from '../../../contracts/scopes'
import { normaliseNetwork } from '../../../security/networks'
import type { AppContext } from '../../app'
import { invalid } from '../../plumbing/field-errors'
import { storesOf } from '../operator-endpoint'

/** @returns 422 where the owner is no supplier or buyer of this tenant that can have a credential, else null */
export async function refuseOwner(c: AppContext, role: Role, subjectId: string | null): Promise<Response | null> {
  if (role === 'operator' || subjectId === null) return null
  const { suppliers, buyers } = storesOf(c)
  const owner = await (role === 'supplier' ? suppliers : buyers).read(subjectId)
  if (owner !== null && owner.archivedAt === null) return null
  const expected = `id of a ${role} that is not archived`
  return invalid(c, [{ field: 'subject_id', code: 'invalid_value', expected }])
}

/** @returns the networks as they are kept, or 422 that names each that is none */
export function readNetworks(c: AppContext, texts: readonly string[]): readonly string[] | Response {
  const networks = texts.map(normaliseNetwork)
  const errors = networks.flatMap((network, index) => {
    const field = `allowed_networks.${index}`
    const expected = 'IPv4 or IPv6 network in CIDR form, as 203.0.113.0/24 or 2001:db8::/32'
    return network === null ? [{ field, code: 'invalid_value' as const, expected }] : []
  })
  return errors.length > 0 ? invalid(c, errors) : [...new Set(networks.filter((network) => network !== null))]
}

/** @returns 422 where the role cannot have one of the scopes, else null */
function refuseScopes(c: AppContext, role: Role, scopes: readonly string[]): Response | null {
  const errors = wrongScopes(role, scopes).map(([index, expected]) => {
    return { field: `scopes.${index}`, code: 'invalid_value' as const, expected }
  })
  return errors.length === 0 ? null : invalid(c, errors)
}

/**
 * @param role of the credential, which decides what scopes it can have
 * @returns what a PATCH changes of the members that keys and clients have in common, or 422
 */
export function readChanges(c: AppContext, role: Role, patch: CredentialPatch) {
  const refused = refuseScopes(c, role, patch.scopes ?? [])
  if (refused !== null) return refused
  const allowedNetworks = readNetworks(c, patch.allowed_networks ?? [])
  if (allowedNetworks instanceof Response) return allowedNetworks
  return {
    ...(patch.name !== undefined && { name: patch.name }),
    ...(patch.scopes !== undefined && { scopes: patch.scopes }),
    ...(patch.allowed_networks !== undefined && { allowedNetworks }),
    ...(patch.rate_limit !== undefined && { requestsPerSecond: patch.rate_limit?.per_second ?? null }),
  }
}
