/**
 * Signs what a buyer is sent, where its contract asks for it: `X-LD-Signature: t=<unix>,v1=<hex>`, the HMAC-SHA256 of
 * `<unix>.<body>` with the whole secret as key, as webhooks are signed.
 *
 * The time is that of each sending, so that a repeat is signed anew over the same bytes.
 */
import { createHmac } from 'node:crypto'

export const SIGNATURE_HEADER = 'x-ld-signature'

const MS_PER_SECOND = 1_000

/** @param now milliseconds since 1970 @returns the value of the header */
export function signatureOf(body: string, secret: string, now: number): string {
  const at = Math.floor(now / MS_PER_SECOND)
  return `t=${at},v1=${createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')}`
}
