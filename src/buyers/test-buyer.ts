/**
 * Buyers that nobody has to run: what is sent to `https://test-buyer.invalid/<manner>/…` is answered here, and leaves for nowhere.
 * `.invalid` is a name that never resolves. Contracts may name them in the sandbox only.
 *
 * They speak the standard contract and the guide's dialect at once.
 */
import type { OutboundRequest } from './encode'
import type { SendResult } from './transport'

export const TEST_BUYER_HOST = 'test-buyer.invalid'
export const TEST_BUYER_MANNERS = ['bid', 'decline', 'stall', 'nonsense', 'reject'] as const
type Manner = (typeof TEST_BUYER_MANNERS)[number]

const DEFAULT_AMOUNT = '25'
const encoder = new TextEncoder()

/** Whether a URL, as it is written or rendered, names a test buyer. */
export function isTestBuyer(url: string): boolean {
  return parse(url)?.hostname === TEST_BUYER_HOST
}

/**
 * @param signal ends the wait for a buyer that stalls
 * @returns the answer, or null where the request is to somebody else
 */
export function answerAsTestBuyer(request: OutboundRequest, signal: AbortSignal): Promise<SendResult> | null {
  // Nearly all requests are to somebody else, and parsing an address is what telling them apart would cost.
  if (!request.url.toLowerCase().includes(TEST_BUYER_HOST)) return null
  const url = parse(request.url)
  return url?.hostname === TEST_BUYER_HOST ? answerAs(url, request, signal) : null
}

async function answerAs(url: URL, request: OutboundRequest, signal: AbortSignal): Promise<SendResult> {
  const [, manner = '', call = ''] = url.pathname.split('/')
  if (!isManner(manner))
    return answer(404, { error: 'unknown_manner', message: `one of: ${TEST_BUYER_MANNERS.join(', ')}` })
  if (manner === 'stall') return stall(signal)
  if (manner === 'nonsense') return answer(200, '<html><body>It works!</body></html>')
  return call === 'ping' ? answerPing(manner, url.searchParams) : answerPost(manner, request)
}

function answerPing(manner: Manner, query: URLSearchParams): SendResult {
  if (manner === 'decline') return answer(200, { accepted: false, bid: null, reject_reason: 'declined' })
  const text = query.get('amount') ?? DEFAULT_AMOUNT
  // What is no number goes out as it is: a bid that no exchange may take is worth testing too.
  const amount = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
  const bid = { amount, currency: query.get('currency') ?? 'USD', bid_token: 'test-bid' }
  return answer(200, { accepted: true, bid_price: amount, bid })
}

function answerPost(manner: Manner, { headers }: OutboundRequest): SendResult {
  if (manner !== 'bid') return answer(422, { error: 'rejected', message: 'The test buyer rejects every lead.' })
  const key = headers.find(([name]) => name.toLowerCase() === 'idempotency-key')?.[1]
  return answer(201, { accepted: true, lead_id: key === undefined ? 'test-lead' : `test-${key}`.slice(0, 100) })
}

function stall(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(new Error('aborted'))
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}

function answer(status: number, body: object | string): SendResult {
  const isText = typeof body === 'string'
  return {
    kind: 'response',
    status,
    headers: { 'content-type': isText ? 'text/html' : 'application/json' },
    body: encoder.encode(isText ? body : JSON.stringify(body)),
    truncated: false,
    ttfbMs: 0,
    durationMs: 0,
  }
}

function isManner(text: string): text is Manner {
  return TEST_BUYER_MANNERS.some((manner) => manner === text)
}

function parse(url: string): URL | null {
  try {
    return new URL(url)
  } catch {
    return null
  }
}
