/**
 * Requests that must be refused, as a table: what is sent, and the status and code that come back.
 *
 * `<campaign>`, `<lead>` and the like stand for ids that exist; `<their campaign>` is one of the other tenant. MARK is in
 * values that no answer may repeat.
 */

export const MARK = 'hunter2'

export type KeyName = 'operator' | 'supplier' | 'none' | 'garbage' | 'unknown'

export interface BadRequest {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly key: KeyName
  readonly body?: string | Uint8Array
  /** JSON where left out and there is a body; null sends none. */
  readonly type?: string | null
  readonly headers?: { readonly [name: string]: string }
  /** In pieces without a length. */
  readonly chunked?: boolean
  readonly wanted: readonly [status: number, error: string]
  /** One that the field errors name. */
  readonly field?: string
}

export type Wanted = BadRequest['wanted']

export const MALFORMED: Wanted = [400, 'malformed_body']
export const INVALID: Wanted = [422, 'invalid_payload']
export const NOT_FOUND: Wanted = [404, 'not_found']
export const TOO_LARGE: Wanted = [413, 'body_too_large']
export const WRONG_TYPE: Wanted = [415, 'unsupported_media_type']
export const WRONG_METHOD: Wanted = [405, 'method_not_allowed']

/** @returns the parts as one body, with bytes that no text can hold */
export const bytes = (...parts: readonly (string | readonly number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))))
