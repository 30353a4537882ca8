/**
 * A buyer on a real socket that does what a test tells it to, and remembers what it was sent.
 *
 * Its manners are functions on Node's own response, so that a test can be as rude as a buyer: hang, drip, cut the line after
 * it has read everything.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export interface ReceivedCall {
  readonly kind: 'ping' | 'post' | 'inquiry'
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
  /** Milliseconds since 1970, when the body was read to its end. */
  readonly at: number
}

/** How one call is answered. Whatever is not answered hangs until the buyer is closed. */
export type Manner = (response: ServerResponse, call: ReceivedCall) => void | Promise<void>

const WAIT_MS = 10_000

export class HttpBuyer {
  readonly #server: Server
  readonly #received: ReceivedCall[] = []
  readonly #manners: { [kind in ReceivedCall['kind']]: Manner } = {
    ping: bid(10),
    post: sold(),
    inquiry: answer(404, { error: 'no such page' }),
  }
  readonly #onCall = new Set<() => void>()
  readonly url: string

  private constructor(server: Server) {
    this.#server = server
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    server.on('request', (request, response) => void this.#serve(request, response))
  }

  /** Listens on a free port of the loopback; bids 10 and buys until told otherwise. */
  static async start(): Promise<HttpBuyer> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new HttpBuyer(server)
  }

  get pingUrl(): string {
    return `${this.url}/ping`
  }

  get postUrl(): string {
    return `${this.url}/post`
  }

  /** Where it says what became of a post. */
  get inquiryUrl(): string {
    return `${this.url}/inquiry`
  }

  get inquiries(): readonly ReceivedCall[] {
    return this.#received.filter(({ kind }) => kind === 'inquiry')
  }

  get pings(): readonly ReceivedCall[] {
    return this.#received.filter(({ kind }) => kind === 'ping')
  }

  get posts(): readonly ReceivedCall[] {
    return this.#received.filter(({ kind }) => kind === 'post')
  }

  whenPinged(manner: Manner): this {
    this.#manners.ping = manner
    return this
  }

  whenPosted(manner: Manner): this {
    this.#manners.post = manner
    return this
  }

  whenAsked(manner: Manner): this {
    this.#manners.inquiry = manner
    return this
  }

  /** Resolves with the calls of this kind as soon as there are so many; @throws when they do not come */
  async waitFor(kind: ReceivedCall['kind'], count = 1): Promise<readonly ReceivedCall[]> {
    const calls = () => this.#received.filter((call) => call.kind === kind)
    if (calls().length >= count) return calls()
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${calls().length} of ${count} ${kind} calls came`)), WAIT_MS)
      const look = () => {
        if (calls().length < count) return
        clearTimeout(timer)
        this.#onCall.delete(look)
        resolve()
      }
      this.#onCall.add(look)
    })
    return calls()
  }

  /** Forgets what was received. */
  forget(): void {
    this.#received.length = 0
  }

  /** Closes the port; calls that hang are cut. */
  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request)
    if (body === null) return
    const path = request.url ?? '/'
    const kind = path.startsWith('/ping') ? 'ping' : path.startsWith('/inquiry') ? 'inquiry' : 'post'
    const call = { kind, method: request.method ?? '', path, headers: request.headers, body, at: Date.now() } as const
    this.#received.push(call)
    for (const look of [...this.#onCall]) look()
    await this.#manners[kind](response, call)
  }
}

/** @returns null where the caller went away before its end */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer)
    return Buffer.concat(chunks).toString('utf8')
  } catch {
    return null
  }
}

export function answer(status: number, body: unknown, contentType = 'application/json'): Manner {
  return (response) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    response.writeHead(status, { 'content-type': contentType }).end(text)
  }
}

/** A yes to a ping in the guide's dialect. */
export function bid(price: number): Manner {
  return answer(200, { accepted: true, bid_price: price })
}

export function decline(reason = 'not wanted'): Manner {
  return answer(200, { accepted: false, reason })
}

/** A yes to a post. */
export function sold(id = 'buyer-lead-1'): Manner {
  return answer(201, { id })
}

export function refuse(status = 422, error = 'not wanted'): Manner {
  return answer(status, { error })
}

export function html(): Manner {
  return answer(200, '<!doctype html><title>Welcome</title><p>Log in to continue', 'text/html')
}

/** Promises more than it sends. */
export function halfAJson(): Manner {
  return (response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '200' }).write('{"accepted": tr')
    response.destroy()
  }
}

/** Valid JSON, far too much of it. */
export function tenMegabytes(): Manner {
  return answer(200, { accepted: true, bid_price: 10, padding: 'x'.repeat(10 * 1024 * 1024) })
}

export function hang(): Manner {
  return () => undefined
}

/** One byte every 50 ms, for ever. */
export function drip(): Manner {
  return (response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const timer = setInterval(() => response.write(' '), 50)
    response.on('close', () => clearInterval(timer))
  }
}

/** Reads everything, then cuts the line: nobody can tell whether the lead was taken. */
export function cut(): Manner {
  return (response) => {
    response.destroy()
  }
}

export function after(ms: number, manner: Manner): Manner {
  return async (response, call) => {
    await sleep(ms)
    if (!response.destroyed) await manner(response, call)
  }
}

/** One manner a call; the last stays. */
export function inTurn(...manners: readonly [Manner, ...Manner[]]): Manner {
  let turn = 0
  return (response, call) => {
    const manner = manners[Math.min(turn, manners.length - 1)] ?? manners[0]
    turn += 1
    return manner(response, call)
  }
}
