import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CutOffs } from '../../src/buyers/cut-offs'
import type { OutboundRequest } from '../../src/buyers/encode'
import { MAX_BODY_BYTES, type SendOptions, send } from '../../src/buyers/transport'
import { checkBuyerUrl } from '../../src/security/url-guard'
import { HOSTILE_HOSTS, HOSTILE_URLS } from '../support/hostile-urls'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

const handlers: { [path: string]: Handler } = {
  '/echo': (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      response.setHeader('X-Seen', 'Yes')
      response.end(
        JSON.stringify({ method: request.method, headers: request.headers, body: Buffer.concat(chunks).toString() }),
      )
    })
  },
  '/hang': () => {},
  '/drip': (_request, response) => {
    response.write('{"accepted":')
    const timer = setInterval(() => response.write(' '), 20)
    response.on('close', () => clearInterval(timer))
  },
  '/stall': (_request, response) => response.writeHead(200, { 'content-length': 20 }).write('{"accepted":'),
  '/redirect': (_request, response) => response.writeHead(302, { location: '/canary' }).end(),
  '/exact': (_request, response) => response.end('x'.repeat(MAX_BODY_BYTES)),
  '/endless': (_request, response) => {
    const pour = (): void => {
      while (!response.destroyed && response.write('x'.repeat(16_384)));
      if (!response.destroyed) response.once('drain', pour)
    }
    response.writeHead(201)
    pour()
  },
  '/cut': (_request, response) => {
    response.write('half')
    setTimeout(() => response.destroy(), 20)
  },
  '/reset': (request) => request.socket.destroy(),
  '/empty': (_request, response) => response.writeHead(204).end(),
}

let server: Server
let origin = ''
const hits: string[] = []

beforeAll(async () => {
  server = createServer((request, response) => {
    hits.push(request.url ?? '')
    const handler = handlers[(request.url ?? '').split('?')[0] ?? '']
    if (handler === undefined) response.writeHead(404).end()
    else handler(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
})

function get(path: string, options: Partial<SendOptions> = {}) {
  const request: OutboundRequest = {
    url: path.includes('://') ? path : origin + path,
    method: 'GET',
    headers: [],
    body: null,
  }
  return send(request, { timeoutMs: 2_000, allowLoopback: true, checkUrl: checkBuyerUrl, ...options })
}

describe('send', () => {
  it('sends method, headers and body, and gives back status, headers and bytes', async () => {
    const request: OutboundRequest = {
      url: `${origin}/echo`,
      method: 'PUT',
      headers: [
        ['content-type', 'text/plain'],
        ['X-Key', 'k'],
      ],
      body: 'hé',
    }
    const result = await send(request, { timeoutMs: 2_000, allowLoopback: true, checkUrl: checkBuyerUrl })
    expect(result).toMatchObject({ kind: 'response', status: 200, truncated: false, headers: { 'x-seen': 'Yes' } })
    if (result.kind !== 'response') return
    expect(JSON.parse(new TextDecoder().decode(result.body))).toMatchObject({
      method: 'PUT',
      headers: { 'content-type': 'text/plain', 'x-key': 'k' },
      body: 'hé',
    })
    expect(result.durationMs).toBeGreaterThanOrEqual(result.ttfbMs)
  })

  it('follows no redirect', async () => {
    expect(await get('/redirect')).toMatchObject({ kind: 'response', status: 302, headers: { location: '/canary' } })
    expect(hits).not.toContain('/canary')
  })

  it('takes an answer without a body', async () => {
    expect(await get('/empty')).toMatchObject({ kind: 'response', status: 204, body: new Uint8Array(0) })
  })

  it.each(['/hang', '/drip', '/stall'])('ends at its deadline, headers and body together: %s', async (path) => {
    const started = performance.now()
    expect(await get(path, { timeoutMs: 150 })).toEqual({ kind: 'timed_out' })
    expect(performance.now() - started).toBeLessThan(600)
  })

  it('ends when it is told to, before or during', async () => {
    const cutOffs = new CutOffs()
    const result = get('/drip', { cutOffs })
    setTimeout(() => cutOffs.close(), 50)
    expect(await result).toEqual({ kind: 'aborted' })
    const before = hits.length
    expect(await get('/echo', { cutOffs })).toEqual({ kind: 'aborted' })
    expect(hits.length).toBe(before)
  })

  it('reads 64 KiB and no more', async () => {
    const exact = await get('/exact')
    expect(exact).toMatchObject({ kind: 'response', truncated: false })
    const endless = await get('/endless')
    expect(endless).toMatchObject({ kind: 'response', status: 201, truncated: true })
    for (const result of [exact, endless]) expect(result.kind === 'response' && result.body.length).toBe(MAX_BODY_BYTES)
  })

  it.each(['/cut', '/reset'])('takes a lost connection for one outcome, without quoting the URL: %s', async (path) => {
    const result = await get(`${path}?phone=5125550182`)
    expect(result.kind).toBe('network_error')
    expect(JSON.stringify(result)).not.toMatch(/5125550182|127\.0\.0\.1/)
  })

  it('says the same of a port where nobody listens', async () => {
    expect((await get('http://127.0.0.1:1/x')).kind).toBe('network_error')
  })

  it('never throws on a request that cannot be made', async () => {
    const request = { url: `${origin}/echo`, method: 'GET', headers: [['bad name', 'x']] as const, body: 'x' }
    const result = await send(request, { timeoutMs: 500, allowLoopback: true, checkUrl: checkBuyerUrl })
    expect(result.kind).toBe('network_error')
  })

  it('lets nothing reach a server of the inside, in whichever spelling', async () => {
    const { port } = new URL(origin)
    const before = hits.length
    const further = [
      '127.0.0.1',
      'localhost',
      'user@127.0.0.1',
      'buyer.example@127.0.0.1',
      '127。0。0。1',
      '１２７.0.0.1',
    ]
    const urls = [...HOSTILE_HOSTS, ...further].flatMap((host) =>
      ['http', 'https'].map((scheme) => `${scheme}://${host}:${port}/canary`),
    )
    for (const url of [...urls, ...HOSTILE_URLS]) {
      expect((await get(url, { allowLoopback: false })).kind, url).toBe('refused')
    }
    expect(hits.length).toBe(before)
  })
})
