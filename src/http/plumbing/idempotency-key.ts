/** The `Idempotency-Key` header: bare, or quoted as a structured-field string (draft-ietf-httpapi-idempotency-key-header). */
import type { AppContext } from '../app'

const MAX_CHARS = 255

/** @returns the key, null where there is none, or 'invalid' */
export function readIdempotencyKey(c: AppContext): { readonly key: string | null } | 'invalid' {
  const header = c.req.header('idempotency-key')
  if (header === undefined) return { key: null }
  const text = header.trim()
  const key = text.startsWith('"') ? unquote(text) : text
  if (key === null || key === '' || key.length > MAX_CHARS || !/^[\x20-\x7e]+$/.test(key)) return 'invalid'
  return { key }
}

function unquote(text: string): string | null {
  const match = /^"((?:[^"\\]|\\["\\])*)"$/.exec(text)
  return match?.[1]?.replace(/\\(["\\])/g, '$1') ?? null
}
