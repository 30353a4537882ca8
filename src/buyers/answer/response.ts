/** A buyer's answer as it came over the wire, and its text. */

export interface WireResponse {
  readonly status: number
  /** Names in lower case. */
  readonly headers: { readonly [name: string]: string }
  readonly body: Uint8Array
  /** The body was longer than what is read of one; what is here is its beginning. */
  readonly truncated?: boolean
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })
const UTF16 = { le: new TextDecoder('utf-16le'), be: new TextDecoder('utf-16be') }
const WINDOWS_1252 = new TextDecoder('windows-1252')

/**
 * Reads the bytes as UTF-8, or by their byte-order mark; what is not UTF-8 is taken for Latin-1 as browsers do, whatever
 * charset the buyer claims. Marks and white space around the text are dropped.
 */
export function textOfBody(body: Uint8Array): string {
  const text = decodeBody(body).trim()
  return text.endsWith('\0') ? text.slice(0, text.indexOf('\0')).trim() : text
}

/** @returns all of the body's text, as it came. */
export function decodeBody(body: Uint8Array): string {
  if (body[0] === 0xff && body[1] === 0xfe) return UTF16.le.decode(body)
  if (body[0] === 0xfe && body[1] === 0xff) return UTF16.be.decode(body)
  try {
    return UTF8.decode(body)
  } catch {
    return WINDOWS_1252.decode(body)
  }
}
