/**
 * The specs page as a supplier's developer meets it: everything that is needed, nothing of anybody else, and programs that run
 * as they are pasted.
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiSpec, apiSpecSchema } from '../../src/contracts/api-spec'
import { type Made, Operator, type Reply, type Supplier } from '../support/gavel-client'
import { bid, HttpBuyer } from '../support/http-buyer'
import { CONTACT_FIELDS, guideContract, openMarket } from '../support/market'
import { OPERATOR_KEY, SANDBOX_KEY, ServedGavel } from '../support/served-gavel'

interface SpecsLink {
  readonly campaign_id: string
  readonly url: string | null
}

let gavel: ServedGavel
let operator: Operator
let supplier: Supplier
let other: Supplier
let buyer: HttpBuyer
let campaignId: string
let buyerIds: readonly string[]
let folder: string
let url: string

beforeAll(async () => {
  buyer = await HttpBuyer.start()
  buyer.whenPinged(bid(20))
  gavel = await ServedGavel.start()
  operator = new Operator(gavel.url, SANDBOX_KEY)
  const market = await openMarket(operator, {
    campaign: {
      name: 'Auto <b>insurance</b> | "Texas"',
      fields: [
        ...CONTACT_FIELDS,
        { name: 'state', type: 'state', required: true, required_on: 'ping' },
        { name: 'coverage', type: 'enum', values: ['full', "driver's", '`liability`'], required: true },
        {
          name: 'insurer',
          type: 'string',
          required: true,
          required_when: [{ field: 'currently_insured', op: 'eq', value: true }],
        },
        { name: 'currently_insured', type: 'boolean' },
      ],
      filters: [{ field: 'state', op: 'in', value: ['TX', 'FL'] }],
      dedupe: null,
    },
    buyers: {
      secretive: {
        ...guideContract(buyer),
        price: 77.25,
        filters: [{ field: 'secret_buyer_score', op: 'not_exists' }],
      },
    },
  })
  supplier = market.supplier
  campaignId = market.campaignId
  buyerIds = Object.values(market.buyerIds)
  other = await operator.createSupplier('Another supplier of leads')
  await operator.link(`/v1/campaigns/${campaignId}/suppliers/${other.id}`, { cost_mode: 'fixed', cost_amount: 3 })
  url = await share()
  folder = await mkdtemp(join(tmpdir(), 'gavel-specs-'))
})

afterAll(async () => {
  await buyer?.close()
  await gavel?.[Symbol.asyncDispose]()
  if (folder !== undefined) await rm(folder, { recursive: true, force: true })
})

async function share(of: Supplier = supplier): Promise<string> {
  const made = await operator.post<SpecsLink>(`/v1/suppliers/${of.id}/api-specs`, { campaign_id: campaignId })
  expect([made.status, made.text]).toEqual([201, expect.stringContaining(`${gavel.url}/api-specs/`)])
  return made.body.url ?? ''
}

const statusOf = async (address: string) => (await fetch(address)).status

describe('the page', () => {
  it('comes as HTML, JSON and Markdown, kept from caches, search engines and other hosts', async () => {
    for (const [ending, type] of [
      ['', 'text/html; charset=utf-8'],
      ['.json', 'application/json'],
      ['.md', 'text/markdown; charset=utf-8'],
    ]) {
      const response = await fetch(`${url}${ending}`)
      await response.text()
      expect([response.status, response.headers.get('content-type')]).toEqual([200, type])
      expect(response.headers.get('cache-control')).toBe('private, no-store')
      expect(response.headers.get('referrer-policy')).toBe('no-referrer')
      expect(response.headers.get('x-robots-tag')).toContain('noindex')
      expect(response.headers.get('x-request-id')).toMatch(/^req_/)
    }
  })

  it('says what a developer needs: endpoints, fields, conditions, values, rules, rejections', async () => {
    const spec = apiSpecSchema.strict().parse(await (await fetch(`${url}.json`)).json()) as ApiSpec
    expect(spec.endpoints.map(({ method, url: at }) => `${method} ${at}`)).toEqual([
      `POST ${gavel.url}/api/v1/ping`,
      `POST ${gavel.url}/api/v1/ingest`,
      `GET ${gavel.url}/api/v1/leads/{id}`,
      `POST ${gavel.url}/v1/ping`,
      `POST ${gavel.url}/v1/post`,
    ])
    const fields = Object.fromEntries(spec.fields.map(({ name, ...field }) => [name, field]))
    expect(fields.state).toMatchObject({ type: 'state', required_on: 'ping', required_when: [], personal: false })
    expect(fields.phone).toMatchObject({ type: 'phone', required_on: 'post', personal: true })
    expect(fields.coverage).toMatchObject({ allowed_values: ['full', "driver's", '`liability`'], required_on: 'post' })
    expect(fields.insurer).toMatchObject({ required_on: 'post', required_when: ['currently_insured is true'] })
    expect(fields.currently_insured).toMatchObject({ required_on: null })
    expect(spec.filters).toEqual(['state must be one of: TX, FL'])
    expect(spec.rejections.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['filtered', 'suppressed', 'capped', 'ping_id_expired', 'invalid_payload']),
    )
    const ofSales = spec.rejections.filter(({ on }) => on === 'bid' || on === 'sale').map(({ code }) => code)
    expect(ofSales).toEqual(['pii_in_ping', 'invalid_bid_token', 'bid_expired', 'bid_mismatch', 'bid_already_used'])
    expect(Object.keys(spec.samples.ping ?? {})).not.toEqual(expect.arrayContaining(['phone', 'email']))
  })

  it('has samples of the exchange that sell the lead as they are, but for the token', async () => {
    const { samples } = (await (await fetch(`${url}.json`)).json()) as ApiSpec
    const offer = await supplier.call<{ bid: { bid_token: string } | null }>('POST', '/v1/ping', {
      json: samples.exchange_ping ?? {},
    })
    expect([offer.status, offer.text]).toEqual([200, expect.stringContaining('"bid_token"')])
    const post = { ...samples.exchange_post, bid_token: offer.body.bid?.bid_token }
    const sale = await supplier.call<{ status: string }>('POST', '/v1/post', { json: post })
    expect([sale.status, sale.body.status]).toEqual([201, 'sold'])
  })

  it('says it in HTML and Markdown too, whatever the campaign is called', async () => {
    const html = await (await fetch(url)).text()
    const markdown = await (await fetch(`${url}.md`)).text()
    expect(html).toContain('Auto &lt;b&gt;insurance&lt;/b&gt;')
    expect(html).not.toContain('<b>')
    expect(markdown).toContain('# Auto \\<b\\>insurance\\</b\\> \\| "Texas"')
    for (const words of [
      'coverage',
      'state must be one of: TX, FL',
      'ping_id_expired',
      'lead, if currently_insured is true',
    ]) {
      expect(html).toContain(words)
      expect(markdown).toContain(words)
    }
  })

  it('has nothing of buyers, other suppliers, keys or money in it', async () => {
    const pages = await Promise.all(['', '.json', '.md'].map(async (ending) => (await fetch(url + ending)).text()))
    for (const page of pages) {
      expect(page).not.toMatch(
        /secretive|secret_buyer_score|77\.25|Another supplier|ld_live_[A-Za-z0-9]{30}|ld_test_[A-Za-z0-9]{30}/,
      )
      for (const hidden of [...buyerIds, other.id, new URL(buyer.url).port, supplier.key])
        expect(page).not.toContain(hidden)
    }
  })
})

describe('the address', () => {
  it('is refused when a character is changed, when it is made up, and for another supplier or campaign', async () => {
    const token = url.split('/').at(-1) ?? ''
    const turned = (at: number) => token.slice(0, at) + (token[at] === '0' ? '1' : '0') + token.slice(at + 1)
    const foreign = other.id.slice(4)
    const forged = [
      turned(0),
      turned(30),
      turned(60),
      turned(token.length - 1),
      `${token}0`,
      token.slice(0, -1),
      'x',
      '',
    ]
    for (const wrong of [
      ...forged,
      token.slice(0, 26) + foreign + token.slice(52),
      `${token}.xml`,
      `${token}.json.md`,
    ]) {
      expect([wrong, await statusOf(`${gavel.url}/api-specs/${wrong}`)]).toEqual([wrong, 404])
    }
    const problem = await (await fetch(`${gavel.url}/api-specs/${turned(60)}`)).json()
    expect(problem).toMatchObject({ error: 'not_found', status: 404 })
  })

  it('stops when it is moved, and when it is revoked', async () => {
    const first = await share(other)
    const second = await share(other)
    expect(first).not.toBe(second)
    expect([await statusOf(first), await statusOf(second)]).toEqual([404, 200])
    const path = `/v1/suppliers/${other.id}/api-specs`
    const listed = async () => (await operator.get<{ readonly data: readonly SpecsLink[] }>(path)).body.data
    expect(await listed()).toEqual([{ campaign_id: campaignId, supplier_id: other.id, url: second }])
    expect((await operator.call('DELETE', `${path}/${campaignId}`)).status).toBe(204)
    expect(await statusOf(second)).toBe(404)
    expect(await listed()).toEqual([{ campaign_id: campaignId, supplier_id: other.id, url: null }])
    expect(await statusOf(url)).toBe(200)
  })

  it('stops while the supplier is paused, and survives new terms of its link', async () => {
    const address = await share(other)
    const status = (to: string) => operator.patch(`/v1/suppliers/${other.id}`, { status: to })
    await status('paused')
    expect(await statusOf(address)).toBe(404)
    await status('active')
    await operator.put(`/v1/campaigns/${campaignId}/suppliers/${other.id}`, { cost_mode: 'fixed', cost_amount: 4 })
    expect(await statusOf(address)).toBe(200)
  })

  it('is made by the operator of that tenant only', async () => {
    const foreign = new Operator(gavel.url, OPERATOR_KEY)
    const body = { campaign_id: campaignId }
    const replies: readonly Reply<Made>[] = [
      await foreign.post(`/v1/suppliers/${supplier.id}/api-specs`, body),
      await operator.post(`/v1/suppliers/${supplier.id}/api-specs`, { campaign_id: 'camp_nowhere' }),
      await foreign.get(`/v1/suppliers/${supplier.id}/api-specs`),
      await foreign.call('DELETE', `/v1/suppliers/${supplier.id}/api-specs/${campaignId}`),
      await supplier.call('POST', `/v1/suppliers/${supplier.id}/api-specs`, { json: body }),
    ]
    expect(replies.map(({ status }) => status)).toEqual([404, 404, 404, 404, 403])
    expect(await statusOf(url)).toBe(200)
  })
})

describe('a program of the page', () => {
  const RUNTIMES = {
    sh: { file: 'lead.sh', command: 'sh', args: [], probe: ['-c', 'command -v curl'] },
    js: { file: 'lead.mjs', command: process.execPath, args: [], probe: ['--version'] },
    python: { file: 'lead.py', command: 'python3', args: [], probe: ['--version'] },
    php: { file: 'lead.php', command: 'php', args: [], probe: ['--version'] },
    go: { file: 'lead.go', command: 'go', args: ['run'], probe: ['version'] },
  } as const
  const exists = ({ command, probe }: (typeof RUNTIMES)[keyof typeof RUNTIMES]) =>
    spawnSync(command, [...probe]).status === 0

  /** From the page that people paste from; what is escaped there is what the browser shows. */
  async function pasted(language: string): Promise<string> {
    const html = await (await fetch(url)).text()
    const code = new RegExp(`<pre data-language="${language}"><code>([\\s\\S]*?)</code>`).exec(html)?.[1] ?? ''
    const shown = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&amp;': '&' } as const
    return code.replace(/&(?:lt|gt|quot|#39|amp);/g, (entity) => shown[entity as keyof typeof shown])
  }

  it.for(Object.entries(RUNTIMES))(
    'in %s pings and sells the lead',
    { timeout: 120_000 },
    async ([language, runtime], { skip }) => {
      const code = await pasted(language)
      expect(code).toContain('/api/v1/ingest')
      if (!exists(runtime)) skip(`${runtime.command} is not on this machine`)
      await writeFile(join(folder, runtime.file), code)
      const before = buyer.posts.length
      const env = { ...process.env, GAVEL_API_KEY: supplier.key }
      const child = spawn(runtime.command, [...runtime.args, runtime.file], { cwd: folder, env })
      let printed = ''
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (part: string) => {
          printed += part
        })
      }
      await new Promise((resolve) => child.once('close', resolve))
      expect(printed).toMatch(/accepted/)
      expect(printed).toMatch(/ACCEPTED/)
      expect(buyer.posts.length).toBe(before + 1)
    },
  )
})
