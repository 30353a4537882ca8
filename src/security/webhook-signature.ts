/**
 * Signs what webhook endpoints receive, twice over the same bytes: `X-LD-Signature: t=<unix>,v1=<hex>`, the HMAC-SHA256 of
 * `<unix>.<body>` with the whole secret as key, and the headers of Standard Webhooks, over `<id>.<unix>.<body>` with the
 * secret's bytes. While a secret is rotated, both secrets sign.
 */
import { createHmac } from 'node:crypto'

const PREFIX = 'whsec_'
const SECRET_BYTES = 32
const MS_PER_SECOND = 1_000

/** @returns a new secret: `whsec_` and 32 random bytes in base64 */
export function createWebhookSecret(): string {
  return PREFIX + Buffer.from(crypto.getRandomValues(new Uint8Array(SECRET_BYTES))).toString('base64')
}

export interface SignedMessage {
  /** The event's id. */
  readonly id: string
  readonly body: string
  /** The newest first. */
  readonly secrets: readonly string[]
  /** Milliseconds since 1970. */
  readonly now: number
}

/** @returns the headers of one sending */
export function webhookHeaders({ id, body, secrets, now }: SignedMessage): readonly (readonly [string, string])[] {
  const at = Math.floor(now / MS_PER_SECOND)
  const whole = secrets.map((secret) => `v1=${createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')}`)
  const standard = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64')
    return `v1,${createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64')}`
  })
  return [
    ['x-ld-signature', [`t=${at}`, ...whole].join()],
    ['webhook-id', id],
    ['webhook-timestamp', String(at)],
    ['webhook-signature', standard.join(' ')],
  ]
}
