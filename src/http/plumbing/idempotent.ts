/**
 * A POST that writes, carried out once for each Idempotency-Key of a client, method and path: the same request again gets the
 * first answer, byte for byte, for 30 days.
 *
 * What had no effect is not kept: errors of the body, of the caller and of ours, and whatever says when to try again.
 */
import type { ClientGateRpc, KeptAnswer } from '../../contracts/client-gate'
import { RepeatedChange } from '../../stores/request-fence'
import type { AppContext } from '../app'
import { CONFIGURATION_BODY_BYTES, isTooDeep, readBytes } from './body'
import { readIdempotencyKey } from './idempotency-key'
import { problem } from './reply'

type Handler = (c: AppContext) => Promise<Response>

const RETRY_AFTER_SECONDS = 1
/** Successes, and refusals that stay true: nothing is there, or something is in the way. */
const KEPT_STATUSES: ReadonlySet<number> = new Set([200, 201, 202, 204, 404, 409])

/** @returns the handler, carried out once a key; the principal must be known by then */
export function idempotent(handler: Handler): Handler {
  return async (c) => {
    const header = readIdempotencyKey(c)
    if (header === 'invalid') return problem(c, 'idempotency_key_invalid')
    if (header.key === null) return handler(c)
    const body = await takeBody(c)
    // The handler says what is wrong with a body that cannot be read; nothing of that is kept.
    if (body === 'unreadable') return handler(c)
    return await once(c, header.key, body, handler)
  }
}

async function once(c: AppContext, idempotencyKey: string, body: unknown, handler: Handler): Promise<Response> {
  const { services, principal } = c.var
  const path = `${c.req.method} ${c.req.path}${new URL(c.req.url).search}`
  const [key, fingerprint] = await Promise.all([
    services.fingerprint(`idempotency key\n${path}`, idempotencyKey),
    services.fingerprint(path, body),
  ])
  const gate = services.clientGate(principal.tenantId, principal.clientId)
  const start = await gate.startRequest({ key, fingerprint })
  switch (start.kind) {
    case 'reused':
      return problem(c, 'idempotency_key_reused')
    case 'in_progress':
      return problem(c, 'idempotency_in_progress', { retryAfterSeconds: RETRY_AFTER_SECONDS })
    case 'replay':
      return await replay(c, start.answer)
    case 'run': {
      c.set('requestFence', `${principal.tenantId}/${principal.clientId}/${key}`)
      return await run(c, { gate, key, fence: start.fence, handler })
    }
  }
}

interface Run {
  readonly gate: ClientGateRpc
  readonly key: string
  readonly fence: string
  readonly handler: Handler
}

async function run(c: AppContext, { gate, key, fence, handler }: Run): Promise<Response> {
  let answer: KeptAnswer | null = null
  try {
    const response = await handler(c)
    answer = await toKeep(c, response)
    return response
  } catch (error) {
    if (!(error instanceof RepeatedChange)) throw error
    return problem(c, 'conflict', {
      message: 'An earlier request with this key took effect, but its answer is lost. Look at what is there.',
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    })
  } finally {
    // Where this fails the request was carried out all the same, and is answered; the fence keeps it from happening again.
    await gate.endRequest({ key, fence, answer }).catch(() => undefined)
  }
}

async function toKeep(c: AppContext, response: Response): Promise<KeptAnswer | null> {
  if (!KEPT_STATUSES.has(response.status) || response.headers.has('retry-after')) return null
  const text = await response.clone().text()
  const contentType = response.headers.get('content-type') ?? ''
  return { status: response.status, contentType, sealedBody: await c.var.services.sealAnswer(text) }
}

async function replay(c: AppContext, { status, contentType, sealedBody }: KeptAnswer): Promise<Response> {
  const text = await c.var.services.openAnswer(sealedBody)
  const headers = { 'idempotent-replayed': 'true', ...(contentType !== '' && { 'content-type': contentType }) }
  return new Response(text === '' ? null : text, { status, headers })
}

/** Reads the body and leaves it to be read again. @returns what it says; null where there is none */
async function takeBody(c: AppContext): Promise<unknown> {
  const bytes = await readBytes(c.req.raw, CONFIGURATION_BODY_BYTES)
  if (bytes === null) return 'unreadable'
  c.req.raw = new Request(c.req.raw, { body: bytes.byteLength === 0 ? null : bytes })
  if (bytes.byteLength === 0) return null
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes)
    const isForm = /^application\/x-www-form-urlencoded\b/i.test(c.req.header('content-type') ?? '')
    const value: unknown = isForm ? [...new URLSearchParams(text)] : JSON.parse(text)
    return isTooDeep(value) ? 'unreadable' : value
  } catch {
    return 'unreadable'
  }
}
