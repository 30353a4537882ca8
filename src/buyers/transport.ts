/**
 * The only outbound fetch: one request to a buyer, bounded in time and size, to an address that was checked just before.
 *
 * Never throws, never follows a redirect, never logs: a URL can carry personal data, and so can what went wrong with it.
 */
import type { WireResponse } from './answer/response'
import { type CutOff, CutOffs } from './cut-offs'
import type { OutboundRequest } from './encode'

export const MAX_BODY_BYTES = 65_536

export type SendResult =
  | (WireResponse & {
      readonly kind: 'response'
      readonly truncated: boolean
      /** Until the headers were there, and until the body was read, in ms. */
      readonly ttfbMs: number
      readonly durationMs: number
    })
  /** Nothing was sent. */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'timed_out' }
  | { readonly kind: 'aborted' }
  /** May have happened before or after the buyer had the request: the platform does not tell. */
  | { readonly kind: 'network_error'; readonly detail: string }

/** Decides whether a URL may be fetched; `checkBuyerUrl` of src/security is the one. */
export type UrlCheck = (
  url: string,
  options: { readonly allowLoopback: boolean },
) => { readonly ok: true } | { readonly ok: false; readonly reason: string }

export interface SendOptions {
  /** For headers and body together. */
  readonly timeoutMs: number
  /** Ends it before its time, together with other calls. */
  readonly cutOffs?: CutOffs
  readonly allowLoopback: boolean
  readonly checkUrl: UrlCheck
  /** Answers in a buyer's place; null where the request is to a buyer of its own. Everything is sent out where left out. */
  readonly standIn?: (request: OutboundRequest, signal: AbortSignal) => Promise<SendResult> | null
}

export async function send(request: OutboundRequest, options: SendOptions): Promise<SendResult> {
  const check = options.checkUrl(request.url, options)
  if (!check.ok) return { kind: 'refused', reason: check.reason }
  const { timeoutMs, cutOffs = new CutOffs(), standIn } = options
  if (cutOffs.isClosed) return { kind: 'aborted' }
  const cutOff = cutOffs.enter(timeoutMs)
  try {
    return await (standIn?.(request, cutOff.signal) ?? exchange(request, cutOff))
  } catch (error) {
    return cutOff.cut === null ? { kind: 'network_error', detail: describe(error) } : { kind: cutOff.cut }
  } finally {
    cutOff.leave()
  }
}

async function exchange(request: OutboundRequest, cutOff: CutOff): Promise<SendResult> {
  const startedAt = performance.now()
  const response = await fetch(request.url, {
    method: request.method,
    headers: request.headers as [string, string][],
    body: request.body,
    redirect: 'manual',
    signal: cutOff.signal,
  })
  const { status, headers } = response
  const ttfbMs = performance.now() - startedAt
  const { body, truncated } = await readBody(response, headers, cutOff)
  let all: WireResponse['headers'] | null = null
  return {
    kind: 'response',
    status,
    // Few contracts read a header: most answers are never asked for theirs.
    get headers() {
      all ??= Object.fromEntries(headers)
      return all
    },
    body,
    truncated,
    ttfbMs,
    durationMs: performance.now() - startedAt,
  }
}

/**
 * Reads up to the cap and cancels the rest; the request's signal ends it.
 *
 * A body that says it is short, as nearly all do, is taken in one piece: HTTP sees to it that no more comes.
 */
async function readBody(
  response: Response,
  headers: Headers,
  cutOff: CutOff,
): Promise<{ body: Uint8Array; truncated: boolean }> {
  const declared = headers.get('content-length')
  if (declared !== null && Number(declared) <= MAX_BODY_BYTES && !headers.has('content-encoding')) {
    return { body: new Uint8Array(await response.arrayBuffer()), truncated: false }
  }
  if (response.body === null) return { body: new Uint8Array(0), truncated: false }
  return await readChunks(response.body, cutOff.broken)
}

async function readChunks(
  stream: ReadableStream<Uint8Array>,
  aborted: Promise<never>,
): Promise<{ body: Uint8Array; truncated: boolean }> {
  const reader: ReadableStreamDefaultReader<Uint8Array> = stream.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), aborted])
      if (done) return { body: joined(chunks, size), truncated: false }
      chunks.push(value)
      size += value.byteLength
      if (size > MAX_BODY_BYTES) return { body: joined(chunks, size).subarray(0, MAX_BODY_BYTES), truncated: true }
    }
  } finally {
    // A body that was read to its end ignores this; any other must not go on using the connection.
    reader.cancel().catch(() => {})
  }
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const [only] = chunks
  if (chunks.length === 1 && only !== undefined) return only
  const body = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    body.set(chunk, offset)
    offset += chunk.byteLength
  }
  return body
}

/** What went wrong, in a code where there is one: messages may quote the URL. */
function describe(error: unknown): string {
  const cause: unknown = error instanceof Error ? error.cause : null
  if (typeof cause === 'object' && cause !== null && 'code' in cause) return `network error ${String(cause.code)}`
  const message = error instanceof Error ? error.message : ''
  return /connection lost|refused|reset/i.test(message) && !message.includes('://')
    ? message.slice(0, 100)
    : 'network error'
}
