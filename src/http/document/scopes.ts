/** Which scope a call needs, as far as its path says it. An endpoint that says otherwise declares `security` itself. */

/** Null where no credential is needed. The first that fits holds. */
const BY_PATH: readonly (readonly [pattern: RegExp, scope: string | null])[] = [
  [/^\/(?:openapi\.json|docs|postman|api-specs|oauth|\.well-known)/, null],
  [/^\/(?:api\/)?v1\/ping$/, 'ping'],
  [/^\/api\/v1\//, 'post'],
  [/^\/v1\/post$/, 'post'],
]

/** @returns the scope, or null where the call is open to everybody */
export function scopeOf(method: string, path: string): string | null {
  const known = BY_PATH.find(([pattern]) => pattern.test(path))
  if (known !== undefined) return known[1]
  return method === 'get' ? 'admin:read' : 'admin'
}
