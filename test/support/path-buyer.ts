/**
 * A buyer whose behaviour is its URL: `/<log>/<manner>[/<argument>]?delay=<ms>`. A real HTTP server in Node, so that tests
 * inside workerd reach it as they would reach a buyer. What it received is read back at `/_log/<log>`.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ReceivedRequest {
  readonly path: string
  readonly headers: { readonly [name: string]: string | undefined }
  readonly body: string
  readonly at: number
}

type Manner = (response: ServerResponse, argument: string, request: IncomingMessage) => void

const json = (response: ServerResponse, status: number, body: unknown) => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

const MANNERS: { readonly [name: string]: Manner } = {
  bid: (response, price) => json(response, 200, { accepted: true, bid_price: Number(price) }),
  decline: (response) => json(response, 200, { accepted: false }),
  raw: (response, body) => response.writeHead(200, { 'content-type': 'application/json' }).end(decodeURIComponent(body)),
  accept: (response, reference) => json(response, 201, { id: reference === '' ? 'buyer-lead-1' : reference }),
  reject: (response) => json(response, 422, { error: 'not wanted' }),
  status: (response, status) => json(response, Number(status), { error: `status ${status}` }),
  hang: () => undefined,
  html: (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Welcome</body></html>'),
  half: (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"accepted": tru'),
  big: (response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const chunk = Buffer.alloc(64 * 1024, 0x20)
    const push = (left: number): void => {
      if (left === 0 || response.destroyed) response.end()
      else response.write(chunk, () => push(left - 1))
    }
    push(160)
  },
  drip: (response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const timer = setInterval(() => response.write(' '), 50)
    response.on('close', () => clearInterval(timer))
  },
  reset: (_response, _argument, request) => request.socket.destroy(),
}

/** Starts the buyer on a free port of the loopback. */
export async function startPathBuyer(): Promise<{ readonly url: string; readonly server: Server }> {
  const logs = new Map<string, ReceivedRequest[]>()
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://buyer')
    const [, log = '', manner = '', argument = ''] = url.pathname.split('/')
    if (log === '_log') return json(response, 200, logs.get(manner) ?? [])
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('error', () => undefined)
    request.on('end', () => {
      const headers = request.headers as ReceivedRequest['headers']
      const entry = { path: request.url ?? '', headers, body: Buffer.concat(chunks).toString(), at: Date.now() }
      logs.set(log, [...(logs.get(log) ?? []), entry])
      const answer = () => (MANNERS[manner] ?? unknownManner)(response, argument, request)
      const delay = Number(url.searchParams.get('delay') ?? 0)
      if (delay > 0) setTimeout(answer, delay)
      else answer()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

const unknownManner: Manner = (response) => json(response, 404, { error: 'no such manner' })
