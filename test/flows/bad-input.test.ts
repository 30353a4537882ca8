import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { BAD_REQUESTS, type BadRequest, MARK } from '../support/bad-requests'
import { type Made, Operator, type Problem, type Supplier, UNKNOWN_KEY } from '../support/gavel-client'
import { bid, HttpBuyer } from '../support/http-buyer'
import { CONTACT_FIELDS, freshLead, guideContract, openMarket } from '../support/market'
import { OPERATOR_KEY, SANDBOX_KEY, ServedGavel } from '../support/served-gavel'

interface RawReply {
  readonly status: number
  readonly headers: { readonly [name: string]: string | string[] | undefined }
  readonly text: string
}

let gavel: ServedGavel
let operator: Operator
let supplier: Supplier
let buyer: HttpBuyer
/** What stands for `<name>` in the table. */
let ids: Record<string, string>
let keys: Record<BadRequest['key'], string | null>

/** A market that has sold one lead, with the names that the table knows it by. */
async function openNamed(caller: Operator, prefix: string) {
  const { campaignId, supplier, buyerIds } = await openMarket(caller, {
    campaign: {
      fields: [...CONTACT_FIELDS, { name: 'age', type: 'number' }, { name: 'note', type: 'string' }],
    },
    buyers: { only: guideContract(buyer) },
  })
  const { body } = await supplier.ingest(campaignId, freshLead())
  const { auction_id: auction } = (await caller.lead(body.data.id)).body
  const named = { campaign: campaignId, supplier: supplier.id, buyer: buyerIds.only ?? '', lead: body.data.id, auction }
  return { supplier, ids: Object.fromEntries(Object.entries(named).map(([name, id]) => [prefix + name, id])) }
}

beforeAll(async () => {
  buyer = await HttpBuyer.start()
  buyer.whenPinged(bid(20))
  gavel = await ServedGavel.start()
  operator = new Operator(gavel.url, OPERATOR_KEY)
  const mine = await openNamed(operator, '')
  supplier = mine.supplier
  const theirs = await openNamed(new Operator(gavel.url, SANDBOX_KEY), 'their ')
  const other = await operator.createSupplier('Another supplier')
  ids = { ...mine.ids, ...theirs.ids, 'other supplier': other.id }
  keys = { operator: OPERATOR_KEY, supplier: mine.supplier.key, none: null, garbage: MARK, unknown: UNKNOWN_KEY }
})

afterAll(async () => {
  await buyer?.close()
  await gavel?.[Symbol.asyncDispose]()
})

const filled = (text: string) => text.replace(/<([a-z ]+)>/g, (whole, name: string) => ids[name] ?? whole)

/** Sends bytes and methods that fetch would not. */
function send({ method, path, key, body, type, headers, chunked }: BadRequest): Promise<RawReply> {
  const bytes = typeof body === 'string' ? Buffer.from(filled(body)) : body
  const presented = keys[key]
  const contentType = type === undefined ? 'application/json' : type
  const sent = {
    ...(presented !== null && { 'x-api-key': presented }),
    ...(bytes !== undefined && contentType !== null && { 'content-type': contentType }),
    ...(bytes !== undefined && !chunked && { 'content-length': String(bytes.length) }),
    ...headers,
  }
  return new Promise((resolve, reject) => {
    const call = request(`${gavel.url}/`, {
      method,
      path: encodeURI(filled(path)).replaceAll('%25', '%'),
      headers: sent,
      agent: false,
    })
    call.on('error', reject).on('response', (response) => {
      let text = ''
      response.setEncoding('utf8').on('error', reject)
      response.on('data', (part: string) => {
        text += part
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
    })
    // A length that promises more than there is: the answer must not wait for the rest.
    if (headers?.['content-length'] !== undefined) {
      call.write(bytes)
      return
    }
    for (let from = 0; chunked && bytes !== undefined && from < bytes.length; from += 10_000) {
      call.write(bytes.subarray(from, from + 10_000))
    }
    call.end(chunked ? undefined : bytes)
  })
}

function expectProblem(
  { status, headers, text }: RawReply,
  [wantedStatus, wantedError]: BadRequest['wanted'],
): Problem {
  expect([status, text]).toEqual([wantedStatus, expect.stringContaining(`"error":"${wantedError}"`)])
  expect(headers['content-type']).toBe('application/problem+json')
  const problem = JSON.parse(text) as Problem
  expect(problem).toMatchObject({
    error: wantedError,
    message: expect.stringMatching(/./),
    request_id: headers['x-request-id'],
    type: expect.stringMatching(/^https:\/\//),
    title: expect.stringMatching(/./),
    status: wantedStatus,
  })
  expect(problem.request_id).toMatch(/^req_[0-9A-HJKMNP-TV-Z]{26}$/)
  for (const error of problem.field_errors ?? []) {
    expect(error).toEqual({ field: expect.any(String), code: expect.any(String), expected: expect.stringMatching(/./) })
  }
  return problem
}

describe('a request that is not as it should be', () => {
  it.for(BAD_REQUESTS.map((bad) => [`${bad.method} ${bad.path.slice(0, 60)}: ${bad.name}`, bad] as const))(
    '%s',
    async ([, bad]) => {
      const reply = await send(bad)
      const { error, field_errors = [] } = expectProblem(reply, bad.wanted)
      if (error === 'invalid_payload') expect(field_errors).not.toEqual([])
      if (bad.field !== undefined) {
        expect(field_errors.map(({ field }) => field)).toContainEqual(expect.stringContaining(bad.field))
      }
      expect(reply.text + JSON.stringify(reply.headers)).not.toContain(MARK)
      expect(reply.headers).not.toHaveProperty('x-evil')
      if (error === 'method_not_allowed') expect(reply.headers.allow).toMatch(/^[A-Z]+(?:, [A-Z]+)*$/)
      else expect(reply.headers).not.toHaveProperty('allow')
    },
  )

  it('names the methods that a path takes', async () => {
    const request = { name: '', method: 'DELETE', key: 'none', wanted: [405, ''] } as const
    const allowed = async (path: string) => (await send({ ...request, path })).headers.allow
    expect(await allowed('/v1/campaigns')).toBe('GET, HEAD, POST')
    expect(await allowed('/api/v1/ping')).toBe('POST')
    expect(await allowed('/v1/leads/any')).toBe('GET, HEAD')
  })

  it.for(['/v1/campaigns', '/v1/leads/nothing', '/api/v1/ping', '/nothing'])(
    'HEAD %s says by its status what the answer would be, and nothing more',
    async (path) => {
      const request = { name: '', path, key: 'operator', wanted: [0, ''] } as const
      const [head, get] = [await send({ ...request, method: 'HEAD' }), await send({ ...request, method: 'GET' })]
      expect([head.status, head.text]).toEqual([get.status, ''])
      expect(head.headers['content-type']).toBe(get.headers['content-type'])
      expect(head.headers['x-request-id']).toMatch(/^req_/)
    },
  )

  it('leaves everything as it was', async () => {
    const { body } = await operator.get<Made & { name: string; status: string }>(`/v1/campaigns/${ids.campaign}`)
    expect(body).toMatchObject({ name: 'Auto insurance, Texas', status: 'active' })
    expect((await operator.get<{ data: unknown[] }>('/v1/campaigns')).body.data).toHaveLength(1)
    expect((await operator.get<{ data: unknown[] }>('/v1/suppliers')).body.data).toHaveLength(2)
    expect((await operator.get<{ data: unknown[] }>('/v1/buyers')).body.data).toHaveLength(1)
    expect(buyer.posts).toHaveLength(2)
  })

  it('is never the fault of the server', () => {
    expect(gavel.said).not.toMatch(/request_failed|uncaught|unhandled/i)
    expect(gavel.said).not.toContain(MARK)
  })
})

describe('a lead that is odd and still a lead', () => {
  const ODD = {
    first_name: '\u0000NUL and \u0007 bell',
    last_name: '\ud800 alone',
    email: "o'brien+test@xn--bcher-kva.test",
    note: '"},{"phone":"1"} \\ \u2028 \ud83d\ude00 \r\nX-Evil: 1 {{phone}} %s </script>',
  }

  it('is sold, and reaches the buyer with every character in its place', async () => {
    const lead = { ...freshLead(), ...ODD }
    const before = buyer.posts.length
    const { status, body } = await supplier.ingest(ids.campaign ?? '', lead)
    expect([status, body.data.status]).toEqual([201, 'ACCEPTED'])
    const post = buyer.posts[before]
    // Half a character is no text: what stands for it is what Unicode says should.
    const kept = { ...lead, last_name: ODD.last_name.toWellFormed() }
    expect(JSON.parse(post?.body ?? '')).toEqual(kept)
    expect((await operator.lead(body.data.id)).body.fields).toEqual(kept)
    await vi.waitFor(
      async () => {
        const [newest] = (await operator.leads(`campaign_id=${ids.campaign}`)).body.data
        expect(newest).toMatchObject({ id: body.data.id, fields: kept })
      },
      { timeout: 15_000, interval: 200 },
    )
  })

  it.for([
    ['a byte-order mark before it', (json: string) => `\ufeff${json}`],
    ['white space around it', (json: string) => ` \r\n\t${json}\n`],
    ['a prototype among its members', (json: string) => json.replace('{', '{"__proto__":{"email":"x"},')],
    ['a constructor among its members', (json: string) => json.replace('{', '{"constructor":{"prototype":{}},')],
    ['a number of 1e400 that nobody asked for', (json: string) => json.replace('{', '{"unasked":1e400,')],
    [
      'lists 60 deep that nobody asked for',
      (json: string) => json.replace('{', `{"u":${'['.repeat(60)}${']'.repeat(60)},`),
    ],
    [
      '100 fields',
      (json: string) => json.replace('{', `{${Array.from({ length: 94 }, (_, at) => `"f${at}":1,`).join('')}`),
    ],
    ['64 KiB', (json: string) => json.replace('{', `{"pad":"${'x'.repeat(65_536 - json.length - 9)}",`)],
  ] as const)('is sold with %s', async ([, dress]) => {
    const body = dress(JSON.stringify(supplier.named(ids.campaign ?? '', freshLead())))
    const headers = { 'content-type': 'APPLICATION/JSON; charset=UTF-8' }
    const reply = await supplier.call('POST', '/api/v1/ingest', { body, headers })
    expect([reply.status, reply.text]).toEqual([201, expect.stringContaining('"status":"ACCEPTED"')])
  })
})
