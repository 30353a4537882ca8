/** Which scope a call needs, as far as its path says it. An endpoint that says otherwise declares `security` itself. */

/** None where no credential is needed; of several, one is enough. The first that fits holds. */
const BY_PATH: readonly (readonly [pattern: RegExp, scopes: readonly string[]])[] = [
  [/^\/(?:openapi\.json|docs|postman|api-specs|oauth|\.well-known)/, []],
  [/^\/(?:api\/)?v1\/ping$/, ['ping']],
  [/^\/api\/v1\//, ['post']],
  [/^\/v1\/post$/, ['post']],
  [/^\/v1\/leads\/search$/, ['admin:read']],
  [/^\/v1\/leads\/\{id\}\/(?:status|return)$/, ['leads:write', 'admin']],
  [/^\/v1\/returns(?:\/\{id\})?$/, ['leads:read', 'admin:read']],
  // Suppliers read their own.
  [/^\/v1\/auctions\/\{id\}$/, ['admin:read', 'post']],
  // Buyers read what they bought.
  [/^\/v1\/leads(?:\/\{id\})?$/, ['admin:read', 'post', 'leads:read']],
]

/** Whose owner may be a supplier or a buyer. */
const OWNED = /^\/v1\/webhook-endpoints/

/** @returns the scopes of which one is needed, none where the call is open to everybody */
export function scopesOf(method: string, path: string): readonly string[] {
  const known = BY_PATH.find(([pattern]) => pattern.test(path))
  if (known !== undefined) return known[1]
  const operators = method === 'get' ? 'admin:read' : 'admin'
  return OWNED.test(path) ? [operators, 'webhook'] : [operators]
}
