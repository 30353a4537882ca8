/**
 * Reads a request's body: its size, encoding and syntax are judged here, its meaning by the endpoint's schema.
 *
 * Objects from JSON.parse can carry an own member named `__proto__`; it stays an ordinary member that no schema knows.
 */
import type { ProblemCode } from '../../contracts/problem'
import type { AppContext } from '../app'

/** The contract's limit for supplier endpoints. */
export const LEAD_BODY_BYTES = 64 * 1024
/** Configuration may carry templates and lists. */
export const CONFIGURATION_BODY_BYTES = 1024 * 1024

export type JsonObject = { readonly [name: string]: unknown }

export type BodyResult =
  | { readonly ok: true; readonly value: JsonObject }
  | { readonly ok: false; readonly code: ProblemCode; readonly message: string }

export interface BodyOptions {
  readonly maxBytes: number
  /** Whether `application/x-www-form-urlencoded` is taken too. */
  readonly form: boolean
}

const refuse = (code: ProblemCode, message: string): BodyResult => ({ ok: false, code, message })
const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

/**
 * @returns the body's members, or the problem with it: 413 over the limit, 415 for another content type, 400 where it is
 * not UTF-8, not JSON or not an object
 */
export async function readBody(c: AppContext, options: BodyOptions): Promise<BodyResult> {
  const mediaType = (c.req.header('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  const isForm = mediaType === 'application/x-www-form-urlencoded'
  if (mediaType !== 'application/json' && !(isForm && options.form)) {
    const taken = options.form ? 'application/json or application/x-www-form-urlencoded' : 'application/json'
    return refuse('unsupported_media_type', `Content-Type must be ${taken}.`)
  }
  const bytes = await readBytes(c.req.raw, options.maxBytes)
  if (bytes === null) return refuse('body_too_large', `A body is at most ${options.maxBytes / 1024} KiB.`)
  let text: string
  try {
    text = decoder.decode(bytes)
  } catch {
    return refuse('malformed_body', 'The body is not UTF-8.')
  }
  return isForm ? parseForm(text, options.maxBytes) : parseJson(text)
}

function parseJson(text: string): BodyResult {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // The parser's own words quote the body, which may hold personal data.
    return refuse('malformed_body', 'The body is not JSON.')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse('malformed_body', 'The body must be a JSON object.')
  }
  if (isTooDeep(value)) return refuse('malformed_body', `The body is nested deeper than ${MAX_DEPTH} levels.`)
  return { ok: true, value: value as JsonObject }
}

/** Whatever walks a body by recursion later must not run out of stack. */
const MAX_DEPTH = 64

/** @returns whether a value is nested so deep that nothing may walk it by recursion */
export function isTooDeep(value: unknown): boolean {
  let level: object[] = typeof value === 'object' && value !== null ? [value] : []
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return true
    const next: object[] = []
    for (const node of level) {
      for (const member of Object.values(node)) if (typeof member === 'object' && member !== null) next.push(member)
    }
    level = next
  }
  return false
}

/** A form may carry control characters raw that JSON writes as six bytes each: what counts is what is kept and sent on. */
function parseForm(text: string, maxBytes: number): BodyResult {
  const value = Object.create(null) as Record<string, string>
  for (const [name, entry] of new URLSearchParams(text)) value[name] = entry
  if (isReplaced(text, value)) return refuse('malformed_body', 'The body is not UTF-8.')
  if (text.length > maxBytes / 6 && encoder.encode(JSON.stringify(value)).length > maxBytes) {
    return refuse('body_too_large', `The fields are at most ${maxBytes / 1024} KiB as JSON.`)
  }
  return { ok: true, value }
}

/** Whether percent signs spelled bytes that are not UTF-8: decoding puts a replacement there that nobody has sent. */
function isReplaced(text: string, value: { readonly [name: string]: string }): boolean {
  if (!text.includes('%') || /\uFFFD|%EF%BF%BD/i.test(text)) return false
  return Object.entries(value).some(([name, entry]) => name.includes('\uFFFD') || entry.includes('\uFFFD'))
}

/** @returns the bytes, or null where there are more than allowed; a body that lies about its length is cut off there. */
export async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer> | null> {
  const declared = request.headers.get('content-length')
  if (declared !== null) {
    if (Number(declared) > maxBytes) return null
    return (await request.bytes()) as Uint8Array<ArrayBuffer>
  }
  if (request.body === null) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let total = 0
  for await (const chunk of request.body as ReadableStream<Uint8Array>) {
    total += chunk.byteLength
    if (total > maxBytes) return null
    chunks.push(chunk)
  }
  const bytes = new Uint8Array(total)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.byteLength
  }
  return bytes
}
