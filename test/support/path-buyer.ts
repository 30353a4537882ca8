/**
 * A buyer whose behaviour is its URL: `/<log>/<manner>[/<argument>]?delay=<ms>`. A real HTTP server in Node, so that tests
 * inside workerd reach it as they would reach a buyer.
 *
 * A manner may change from call to call (`turns/reset,accept`), and may wait until the test lets go (`held/accept`). What a
 * log received is read at `/_log/<log>`, on request only once enough has happened, so that no test has to sleep:
 * `?requests=2` waits for the second request, `?aborted=1` for the first that the caller gave up.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ReceivedRequest {
  readonly path: string
  readonly headers: { readonly [name: string]: string | undefined }
  readonly body: string
  readonly at: number
  /** Requests of this log that were waiting for their answer when this one came, itself included. */
  readonly inFlight: number
  /** The caller went away before it was answered. */
  readonly aborted: boolean
}

interface Call {
  readonly response: ServerResponse
  readonly argument: string
  readonly request: IncomingMessage
  readonly body: string
  readonly log: BuyerLog
}

type Manner = (call: Call) => void

const json = (response: ServerResponse, status: number, body: unknown) => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

const MANNERS: { readonly [name: string]: Manner } = {
  bid: ({ response, argument: price }) => json(response, 200, { accepted: true, bid_price: Number(price) }),
  decline: ({ response }) => json(response, 200, { accepted: false }),
  raw: ({ response, argument: body }) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(decodeURIComponent(body)),
  accept: ({ response, argument: reference }) =>
    json(response, 201, { id: reference === '' ? 'buyer-lead-1' : reference }),
  /** Says back what it was sent, with a price: a yes to a ping. */
  echo: ({ response, request, body }) =>
    json(response, 200, { accepted: true, bid_price: 7, url: request.url, headers: request.headers, body }),
  /** `token/<token>`: an access token for whoever asks. */
  token: ({ response, argument }) => json(response, 200, { access_token: argument, expires_in: 600 }),
  reject: ({ response }) => json(response, 422, { error: 'not wanted' }),
  status: ({ response, argument: status }) => json(response, Number(status), { error: `status ${status}` }),
  hang: () => undefined,
  html: ({ response }) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Welcome</body></html>'),
  half: ({ response }) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"accepted": tru'),
  big: ({ response }) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const chunk = Buffer.alloc(64 * 1024, 0x20)
    const push = (left: number): void => {
      if (left === 0 || response.destroyed) response.end()
      else response.write(chunk, () => push(left - 1))
    }
    push(160)
  },
  drip: ({ response }) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const timer = setInterval(() => response.write(' '), 50)
    response.on('close', () => clearInterval(timer))
  },
  /** Says how long its answer is, and stops halfway. */
  stall: ({ response }) =>
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 40 }).write('{"accepted": '),
  reset: ({ request }) => request.socket.destroy(),
  /** `turns/reset,status:500,accept:ref-1`: the first call of this log gets the first, all beyond the last get the last. */
  turns: (call) => {
    const turns = call.argument.split(',')
    act(turns[Math.min(call.log.turn, turns.length - 1)] ?? '', call)
    call.log.turn += 1
  },
  /** As `turns`, but each Idempotency-Key goes through them by itself: what one lead met moves no other. */
  retries: (call) => {
    const key = String(call.request.headers['idempotency-key'])
    const turn = call.log.turnsByKey.get(key) ?? 0
    call.log.turnsByKey.set(key, turn + 1)
    const turns = call.argument.split(',')
    act(turns[Math.min(turn, turns.length - 1)] ?? '', call)
  },
  /** `late/600`: takes the lead, and says so after so many milliseconds. */
  late: ({ response, argument: ms }) => {
    setTimeout(() => json(response, 201, { id: 'buyer-lead-1' }), Number(ms))
  },
  /** `held/accept:ref-1`: waits for `/_release/<log>`. */
  held: (call) => {
    const answer = () => act(call.argument, call)
    if (call.log.isReleased) answer()
    else call.log.held.push(answer)
  },
}

/** @param words `manner` or `manner:argument` */
function act(words: string, call: Call): void {
  const [manner = '', argument = ''] = words.split(':')
  ;(MANNERS[manner] ?? unknownManner)({ ...call, argument })
}

const unknownManner: Manner = ({ response }) => json(response, 404, { error: 'no such manner' })

/** What one log received, and who waits for it to have received more. */
class BuyerLog {
  readonly requests: { -readonly [name in keyof ReceivedRequest]: ReceivedRequest[name] }[] = []
  readonly held: (() => void)[] = []
  turn = 0
  readonly turnsByKey = new Map<string, number>()
  isReleased = false
  #inFlight = 0
  #waiting: (() => boolean)[] = []

  receive(request: IncomingMessage, body: string, response: ServerResponse): void {
    this.#inFlight += 1
    const headers = request.headers as ReceivedRequest['headers']
    const seen = { headers, body, at: Date.now(), inFlight: this.#inFlight, aborted: false }
    const entry = { path: request.url ?? '', ...seen }
    this.requests.push(entry)
    response.on('close', () => {
      this.#inFlight -= 1
      entry.aborted = !response.writableFinished
      this.#tell()
    })
    this.#tell()
  }

  release(): void {
    this.isReleased = true
    for (const answer of this.held.splice(0)) answer()
  }

  /** Runs the action as soon as so many requests came, and so many were given up. */
  when(requests: number, aborted: number, act: () => void): void {
    this.#waiting.push(() => {
      if (this.requests.length < requests) return false
      if (this.requests.filter((request) => request.aborted).length < aborted) return false
      act()
      return true
    })
    this.#tell()
  }

  #tell(): void {
    this.#waiting = this.#waiting.filter((isDone) => !isDone())
  }
}

/** Starts the buyer on a free port of the loopback. */
export async function startPathBuyer(): Promise<{ readonly url: string; readonly server: Server }> {
  const logs = new Map<string, BuyerLog>()
  const logOf = (name: string): BuyerLog => {
    const log = logs.get(name) ?? new BuyerLog()
    logs.set(name, log)
    return log
  }
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://buyer')
    const [, first = '', second = '', argument = ''] = url.pathname.split('/')
    const asked = (name: string) => Number(url.searchParams.get(name) ?? 0)
    if (first === '_log') {
      const log = logOf(second)
      return log.when(asked('requests'), asked('aborted'), () => json(response, 200, log.requests))
    }
    if (first === '_release') {
      logOf(second).release()
      return json(response, 200, {})
    }
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('error', () => undefined)
    request.on('end', () => {
      const log = logOf(first)
      const body = Buffer.concat(chunks).toString()
      log.receive(request, body, response)
      const answer = () => (MANNERS[second] ?? unknownManner)({ response, argument, request, body, log })
      if (asked('delay') > 0) setTimeout(answer, asked('delay'))
      else answer()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}
