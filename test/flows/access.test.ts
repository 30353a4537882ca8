/**
 * Every call of the document, by every role, with the ids of somebody else: another tenant's, or another supplier's or buyer's
 * of the same tenant. Nothing of theirs is seen, and nothing of theirs is touched.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Caller, Operator, type Page } from '../support/gavel-client'
import { HttpBuyer } from '../support/http-buyer'
import { CONTACT_FIELDS, fixedContract, type Market, openMarket } from '../support/market'
import { OPERATOR_KEY, SANDBOX_KEY, ServedGavel } from '../support/served-gavel'

type Json = { readonly [name: string]: unknown }

interface Documented {
  readonly method: string
  readonly path: string
  /** The scopes of which one is needed; none where everybody may call. */
  readonly scopes: readonly string[]
  readonly mediaType: string | null
  readonly example: unknown
}

interface Foreigner {
  readonly name: string
  readonly caller: Caller
  readonly scopes: readonly string[]
  /** Whether it belongs to the victim's tenant, so that the tenant's configuration is not hidden from its operators. */
  readonly isSameTenant: boolean
}

/** Marks everything of the victim's that a text could show. */
const MARK = 'Canary'
const SUPPLIER_SCOPES = ['ping', 'post', 'webhook']
const BUYER_SCOPES = ['leads:read', 'leads:write', 'webhook']

let gavel: ServedGavel
let buyer: HttpBuyer
let victim: Operator
let ids: { readonly [variable: string]: string }
let operations: readonly Documented[]
let foreigners: readonly Foreigner[]

beforeAll(async () => {
  buyer = await HttpBuyer.start()
  gavel = await ServedGavel.start()
  victim = new Operator(gavel.url, OPERATOR_KEY)
  const sandbox = new Operator(gavel.url, SANDBOX_KEY)
  ids = await plantVictim()
  const [neighbours, strangers] = [await parties(victim), await parties(sandbox)]
  const reader = await victim.create<Key>('/v1/api-keys', { role: 'operator', scopes: ['admin:read'] })
  foreigners = [
    { name: 'nobody', caller: new Caller(gavel.url, ''), scopes: [], isSameTenant: false },
    {
      name: 'a reading operator',
      caller: new Caller(gavel.url, reader.api_key),
      scopes: ['admin:read'],
      isSameTenant: true,
    },
    { name: "another tenant's operator", caller: sandbox, scopes: ['admin', 'admin:read'], isSameTenant: false },
    ...neighbours.map((party) => ({ ...party, name: `another ${party.name}`, isSameTenant: true })),
    ...strangers.map((party) => ({ ...party, name: `another tenant's ${party.name}`, isSameTenant: false })),
  ]
  operations = operationsOf((await (await fetch(`${gavel.url}/openapi.json`)).json()) as Json)
}, 180_000)

afterAll(async () => {
  await buyer?.close()
  await gavel?.[Symbol.asyncDispose]()
})

interface Key {
  readonly id: string
  readonly api_key: string
}

/** Everything that a tenant can have, named so that it is known again. */
async function plantVictim() {
  const market = await openMarket(victim, {
    campaign: { name: `${MARK} campaign`, fields: CONTACT_FIELDS },
    buyers: { [`${MARK} buyer`]: fixedContract(buyer, 40) },
  })
  const buyerId = market.buyerIds[`${MARK} buyer`] ?? ''
  await victim.patch(`/v1/suppliers/${market.supplier.id}`, { name: `${MARK} supplier` })
  const leadId = await sell(market)
  const created = async (path: string, json: object) => (await victim.create<{ id: string }>(path, json)).id
  const listId = await created('/v1/suppression-lists', { name: `${MARK} list` })
  const imported = await victim.call<{ id: string }>('PUT', `/v1/suppression-lists/${listId}/entries`, {
    body: '{"phone":"5125550199"}\n',
    headers: { 'content-type': 'application/x-ndjson' },
  })
  const endpointId = await created('/v1/webhook-endpoints', {
    url: `${buyer.postUrl}?${MARK}`,
    events: ['webhook.test'],
  })
  const told = await victim.post<{ event_id: string }>(`/v1/webhook-endpoints/${endpointId}/test`, {})
  return {
    campaignId: market.campaignId,
    supplierId: market.supplier.id,
    buyerId,
    leadId,
    auctionId: leadId.replace('ld_', 'auc_'),
    listId,
    importId: imported.body.id,
    endpointId,
    eventId: told.body.event_id,
    keyId: await created('/v1/api-keys', { role: 'buyer', subject_id: buyerId, name: `${MARK} key` }),
    clientId: await created('/v1/oauth-clients', { role: 'buyer', subject_id: buyerId, name: `${MARK} client` }),
    returnId: await created(`/v1/leads/${leadId}/return`, {
      reason: 'other',
      note: `${MARK} note`,
      await_decision: true,
    }),
    // Of somebody whom nobody sold: the victim's lead stays as it is.
    erasureId: await created('/v1/erasures', { email: 'nobody@mail.test' }),
  }
}

async function sell({ supplier, campaignId }: Market): Promise<string> {
  const person = { first_name: MARK, last_name: MARK, phone: '5125550188', email: `${MARK}@mail.test` }
  const { body } = await supplier.ingest(campaignId, person)
  await vi.waitFor(
    async () => {
      const { body: page } = await victim.leads(`campaign_id=${campaignId}`)
      expect(page.data).toHaveLength(1)
    },
    { timeout: 20_000, interval: 100 },
  )
  return body.data.id
}

/** A supplier and a buyer of a tenant that have nothing to do with the victim, each with all that its role may. */
async function parties(operator: Operator) {
  const supplier = await operator.createSupplier('Somebody else')
  const { id } = await operator.create<{ id: string }>('/v1/buyers', { name: 'Somebody else' })
  const key = await operator.create<Key>('/v1/api-keys', { role: 'buyer', subject_id: id })
  return [
    { name: 'supplier', caller: supplier, scopes: SUPPLIER_SCOPES },
    { name: 'buyer', caller: new Caller(gavel.url, key.api_key), scopes: BUYER_SCOPES },
  ]
}

function operationsOf(document: Json): readonly Documented[] {
  return Object.entries(document.paths as { [path: string]: { [method: string]: Json } }).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) => {
      if (!['get', 'post', 'put', 'patch', 'delete'].includes(method)) return []
      const security = operation.security as readonly { readonly [scheme: string]: readonly string[] }[]
      const scopes = security.flatMap(({ clientCredentials = [] }) => clientCredentials)
      const content = (operation.requestBody as { content?: { [type: string]: { example?: unknown } } })?.content ?? {}
      const [[mediaType, media] = [null, {}]] = Object.entries(content)
      return [{ method: method.toUpperCase(), path, scopes, mediaType, example: media.example }]
    }),
  )
}

/** By what stands before `{id}`. */
const BY_COLLECTION: { readonly [collection: string]: string } = {
  campaigns: 'campaignId',
  suppliers: 'supplierId',
  buyers: 'buyerId',
  leads: 'leadId',
  auctions: 'auctionId',
  'suppression-lists': 'listId',
  'webhook-endpoints': 'endpointId',
  'api-keys': 'keyId',
  'oauth-clients': 'clientId',
  returns: 'returnId',
  erasures: 'erasureId',
}

/** The call with the victim's ids wherever ids can stand. */
function aimed({ method, path, mediaType, example }: Documented) {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const before =
      path
        .slice(0, path.indexOf(`{${name}}`))
        .split('/')
        .at(-2) ?? ''
    return ids[name] ?? ids[BY_COLLECTION[before] ?? ''] ?? 'unknown'
  })
  const query = new URLSearchParams({
    campaign_id: ids.campaignId ?? '',
    supplier_id: ids.supplierId ?? '',
    buyer_id: ids.buyerId ?? '',
    subject_id: ids.supplierId ?? '',
  })
  const text = (typeof example === 'string' ? example : JSON.stringify(example ?? {}))
    .replace(/\bcamp_\w+/g, ids.campaignId ?? '')
    .replace(/\bsup_\w+/g, ids.supplierId ?? '')
    .replace(/\bbuy_\w+/g, ids.buyerId ?? '')
    .replace(/\bld_\w+/g, ids.leadId ?? '')
    .replace(/\bauc_\w+/g, ids.auctionId ?? '')
  const isForm = mediaType === 'application/x-www-form-urlencoded'
  const body = mediaType === null ? {} : { body: isForm ? new URLSearchParams(JSON.parse(text)) : text }
  return { method, path: filled, query: method === 'GET' ? query : null, ...body, mediaType }
}

async function callAs({ caller }: Foreigner, operation: Documented, withQuery: boolean) {
  const { method, path, query, body, mediaType } = aimed(operation)
  const headers = mediaType === null ? {} : { 'content-type': mediaType }
  const target = withQuery && query !== null ? `${path}?${query}` : path
  return await caller.call<Json>(method, target, { ...(body !== undefined && { body }), headers })
}

/** Everything of the victim's, as its operator reads it. What looks and uses leave behind is no change. */
async function stateOfVictim(): Promise<unknown> {
  const [campaign, supplierId, buyerId, lead, list] = ['campaignId', 'supplierId', 'buyerId', 'leadId', 'listId'].map(
    (name) => ids[name],
  )
  const paths = [
    `/v1/campaigns/${campaign}`,
    `/v1/campaigns/${campaign}/suppliers/${supplierId}`,
    `/v1/campaigns/${campaign}/buyers/${buyerId}`,
    `/v1/suppliers/${supplierId}`,
    `/v1/suppliers/${supplierId}/api-specs`,
    `/v1/buyers/${buyerId}`,
    `/v1/buyers/${buyerId}/balance`,
    `/v1/leads/${lead}`,
    `/v1/returns/${ids.returnId}`,
    `/v1/suppression-lists/${list}`,
    `/v1/suppression-lists/${list}/imports`,
    `/v1/webhook-endpoints/${ids.endpointId}`,
    `/v1/api-keys/${ids.keyId}`,
    `/v1/oauth-clients/${ids.clientId}`,
    `/v1/leads?campaign_id=${campaign}`,
    '/v1/reports/pnl?group_by=campaign',
    '/v1/audit-log?limit=200&action=campaign.create',
  ]
  const answers = await Promise.all(paths.map((path) => victim.get<Json>(path)))
  expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 200))
  return answers.map(({ body }) => body)
}

const isAllowed = ({ scopes }: Foreigner, operation: Documented) =>
  operation.scopes.some((scope) => scopes.includes(scope))
const calls = () => foreigners.flatMap((foreigner) => operations.map((operation) => ({ foreigner, operation })))
const nameOf = ({ foreigner, operation }: ReturnType<typeof calls>[number]) =>
  `${foreigner.name}: ${operation.method} ${operation.path}`

describe('every call of the document', () => {
  it('is closed to whoever lacks its scope: 401 without a credential, else 403', async () => {
    const closed = calls().filter(
      ({ foreigner, operation }) => operation.scopes.length > 0 && !isAllowed(foreigner, operation),
    )
    expect(closed.length).toBeGreaterThan(300)
    const faults: string[] = []
    for (const call of closed) {
      const { status } = await callAs(call.foreigner, call.operation, false)
      const wanted = call.foreigner.scopes.length === 0 ? 401 : 403
      if (status !== wanted) faults.push(`${nameOf(call)}: ${status}`)
    }
    expect(faults).toEqual([])
  }, 300_000)

  it('shows nothing of somebody else, and touches nothing, with the scope and their ids', async () => {
    const before = await stateOfVictim()
    const open = calls().filter(
      ({ foreigner, operation }) =>
        (operation.scopes.length === 0 || isAllowed(foreigner, operation)) &&
        // An operator reads all of its tenant; that it writes nothing is held above.
        !(foreigner.isSameTenant && foreigner.scopes.includes('admin:read')),
    )
    expect(open.length).toBeGreaterThan(100)
    const faults: string[] = []
    for (const call of open) {
      for (const withQuery of call.operation.method === 'GET' ? [false, true] : [false]) {
        const { status, text } = await callAs(call.foreigner, call.operation, withQuery)
        const { path, body = '' } = aimed(call.operation)
        // A ping writes nothing; what it may not know it answers with a no.
        const isPing = path.endsWith('/ping') && text.includes('no_campaign')
        const isTheirs = !isPing && Object.values(ids).some((id) => `${path} ${body}`.includes(id))
        if (text.includes(MARK)) faults.push(`${nameOf(call)}: shows ${text.slice(0, 200)}`)
        if (isTheirs && status < 400) faults.push(`${nameOf(call)}: ${status}`)
        const isPath = /\{(?!token)\w+\}/.test(call.operation.path)
        if (isPath && ![404, 422].includes(status)) faults.push(`${nameOf(call)}: ${status} ${text.slice(0, 200)}`)
        if (status >= 500) faults.push(`${nameOf(call)}: ${status}`)
      }
    }
    expect(faults).toEqual([])
    expect(await stateOfVictim()).toEqual(before)
  }, 300_000)

  it('finds what it is aimed at, where the owner calls', async () => {
    const reads = operations.filter(
      ({ method, path, scopes }) => method === 'GET' && scopes.includes('admin:read') && path.includes('{id}'),
    )
    const owner: Foreigner = { name: 'the owner', caller: victim, scopes: ['admin'], isSameTenant: true }
    const answers = await Promise.all(reads.map(async (operation) => (await callAs(owner, operation, false)).status))
    expect(reads.flatMap(({ path }, index) => (answers[index] === 200 ? [] : [`${path}: ${answers[index]}`]))).toEqual(
      [],
    )
  })
})

describe("an operator's lists", () => {
  it("have nothing of another tenant's", async () => {
    const sandbox = new Operator(gavel.url, SANDBOX_KEY)
    const lists = operations.filter(({ method, path, scopes }) => {
      return method === 'GET' && scopes.includes('admin:read') && !path.includes('{')
    })
    expect(lists.length).toBeGreaterThan(8)
    for (const { path } of lists) {
      const { body } = await sandbox.get<Page<object>>(path)
      expect(JSON.stringify(body)).not.toContain(MARK)
    }
  })
})
