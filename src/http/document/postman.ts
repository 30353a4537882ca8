/**
 * The document as a Postman collection (v2.1) that runs from top to bottom: a lead is sold first, then every other call is
 * made once, and what was made is removed in the end. Each request tests its answer.
 */
import { type MediaType, type OpenApiDocument, type Operation, operationsOf } from './shapes'

const SCHEMA = 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json'
/** Where examples say that a buyer is. */
const EXAMPLE_BUYER = 'https://buyer.example'

interface Call {
  readonly method: string
  readonly path: string
  readonly operation: Operation
}

/** In the order that sells a lead. */
const FIRST_LEAD = [
  'createCampaign',
  'createSupplier',
  'putSourceLink',
  'createBuyer',
  'putBuyerContract',
  'pingLead',
  'ingestLead',
  'getSupplierLead',
]

/** What later requests need of an answer: variable and path in its body. */
const SAVED: { readonly [operationId: string]: { readonly [variable: string]: string } } = {
  createCampaign: { campaignId: 'id' },
  createSupplier: { supplierId: 'id', supplierKey: 'api_key' },
  createBuyer: { buyerId: 'id' },
  pingLead: { pingId: 'ping_id' },
  ingestLead: { leadId: 'data.id' },
  getLead: { auctionId: 'auction_id' },
  pingExchange: { bidToken: 'bid.bid_token' },
  rotateApiSpecs: { specsUrl: 'url' },
  createApiKey: { apiKeyId: 'id' },
  rotateApiKey: { apiKeyId: 'id' },
  createOAuthClient: { oauthClientId: 'id', clientId: 'client_id', clientSecret: 'client_secret' },
  rotateOAuthClient: { clientSecret: 'client_secret' },
  issueToken: { accessToken: 'access_token' },
  createSuppressionList: { suppressionListId: 'id' },
  putSuppressionEntries: { importId: 'id' },
  returnLead: { returnId: 'id' },
  erasePerson: { erasureId: 'id' },
  createWebhookEndpoint: { webhookEndpointId: 'id' },
  testWebhookEndpoint: { eventId: 'event_id' },
}

/** Members that only the answer to an earlier request knows. */
const FILLED: { readonly [operationId: string]: object } = {
  ingestLead: { flo_ping_id: '{{pingId}}' },
  postExchange: { bid_token: '{{bidToken}}' },
  issueToken: { client_id: '{{clientId}}', client_secret: '{{clientSecret}}' },
  returnLead: { await_decision: true },
  revokeToken: { token: '{{accessToken}}', client_id: '{{clientId}}', client_secret: '{{clientSecret}}' },
}

/** A DELETE's body is in no document; this one takes the same as the PUT beside it. */
const UNDESCRIBED: { readonly [operationId: string]: { readonly [type: string]: MediaType } } = {
  deleteSuppressionEntries: { 'application/x-ndjson': { example: '{"phone":"+15125550100"}\n' } },
}

/** By what stands before `{id}` in a path. */
const ID_VARIABLES: { readonly [collection: string]: string } = {
  campaigns: 'campaignId',
  suppliers: 'supplierId',
  buyers: 'buyerId',
  leads: 'leadId',
  auctions: 'auctionId',
  'api-keys': 'apiKeyId',
  'oauth-clients': 'oauthClientId',
  'suppression-lists': 'suppressionListId',
  'webhook-endpoints': 'webhookEndpointId',
  returns: 'returnId',
  erasures: 'erasureId',
  'dead-letters': 'deadLetterId',
  unresolved: 'unresolvedLeadId',
}

/** Of these there is nothing where all is well. */
const MAY_BE_MISSING: ReadonlySet<string> = new Set([
  'resendDeadLetter',
  'discardDeadLetter',
  'resolveSale',
  'askBuyer',
])

/** The live side has none of these. */
const SANDBOX_ONLY: ReadonlySet<string> = new Set(['seedLeads'])

/** What examples call things becomes what this run calls them. */
const EXAMPLE_IDS: readonly (readonly [pattern: RegExp, variable: string])[] = [
  [/\bcamp_01J[0-9A-Z]{23}\b/g, '{{campaignId}}'],
  [/\bsup_01J[0-9A-Z]{23}\b/g, '{{supplierId}}'],
  [/\bbuy_01J[0-9A-Z]{23}\b/g, '{{buyerId}}'],
  [/\bld_0F[0-9A-Za-z]{41}\b/g, '{{leadId}}'],
]

/** A sale is on the books within seconds, and can be returned from then on. */
const UNTIL_BOOKED = [
  'let looks = 0',
  'const look = () => pm.sendRequest(',
  "  { url: pm.variables.replaceIn('{{baseUrl}}/v1/leads?campaign_id={{campaignId}}'), header: { 'x-api-key': pm.variables.get('operatorKey') } },",
  "  (error, answer) => { if (error || (!answer.text().includes(pm.variables.get('leadId')) && ++looks < 100)) setTimeout(look, 200) },",
  ')',
  'look()',
]
const BEFORE: { readonly [operationId: string]: readonly string[] } = { returnLead: UNTIL_BOOKED }

/** @returns the collection, with this host in it */
export function postmanCollection(document: OpenApiDocument, origin: string): object {
  const calls = operationsOf(document.paths)
  const byId = new Map(calls.map((call) => [call.operation.operationId, call]))
  const first = FIRST_LEAD.flatMap((id) => byId.get(id) ?? [])
  const rest = calls.filter((call) => !first.includes(call))
  // What is in something goes before it.
  const last = rest.filter(({ method }) => method === 'delete').sort((one, other) => depthOf(other) - depthOf(one))
  const tags = (document.tags as readonly { readonly name: string }[]).map(({ name }) => name)
  const folders = tags.map((tag) => {
    return [tag, rest.filter((call) => call.operation.tags[0] === tag && !last.includes(call))] as const
  })
  return {
    info: {
      name: 'Gavel',
      description:
        'Fill in operatorKey, and buyerUrl where a test buyer listens, then run the collection from top to bottom. ' +
        `Environments: ${origin}/postman/sandbox.json and ${origin}/postman/production.json`,
      schema: SCHEMA,
    },
    auth: apiKeyAuth('{{operatorKey}}'),
    variable: [variable('baseUrl', origin), variable('buyerUrl', EXAMPLE_BUYER)],
    event: [script(EVERY_ANSWER)],
    item: [
      folder('From nothing to a sold lead', first),
      ...folders.filter(([, items]) => items.length > 0).map(([tag, items]) => folder(tag, items)),
      folder('Cleaning up', last),
    ],
  }
}

/** @returns an environment to go with it */
export function postmanEnvironment(name: 'Sandbox' | 'Production', origin: string): object {
  const keyHint = name === 'Sandbox' ? 'ld_test_…' : 'ld_live_…'
  return {
    name: `Gavel ${name}`,
    values: [
      { key: 'baseUrl', value: origin, enabled: true },
      { key: 'operatorKey', value: keyHint, type: 'secret', enabled: true },
      { key: 'buyerUrl', value: EXAMPLE_BUYER, enabled: true },
    ],
    _postman_variable_scope: 'environment',
  }
}

function depthOf({ path }: Call): number {
  return path.split('/').length
}

function folder(name: string, calls: readonly Call[]): object {
  return { name, item: calls.map(itemOf) }
}

function itemOf({ method, path, operation }: Call): object {
  const [[type, media] = []] = Object.entries(
    operation.requestBody?.content ?? UNDESCRIBED[operation.operationId] ?? {},
  )
  const { operationId, summary, description } = operation
  const url = `{{baseUrl}}${pathOf(path)}`
  const before = BEFORE[operationId]
  return {
    name: summary,
    request: {
      method: method.toUpperCase(),
      url: operationId === 'getApiSpecs' ? '{{specsUrl}}.json' : url,
      header: type === undefined ? [] : [{ key: 'Content-Type', value: type }],
      auth: authOf(operation, path),
      ...(media !== undefined && { body: { mode: 'raw', raw: bodyOf(operationId, type ?? '', media) } }),
      description,
    },
    event: [script(testsOf(operation)), ...(before === undefined ? [] : [script(before, 'prerequest')])],
  }
}

function pathOf(path: string): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const before = path.slice(0, path.indexOf('{id}')).split('/').at(-2) ?? ''
    return `{{${name === 'id' ? (ID_VARIABLES[before] ?? name) : name}}}`
  })
}

function authOf({ security = [] }: Operation, path: string): object {
  if (security.length === 0) return { type: 'noauth' }
  const isSupplier = /^\/(?:api\/v1|v1\/ping$|v1\/post$)/.test(path)
  return apiKeyAuth(isSupplier ? '{{supplierKey}}' : '{{operatorKey}}')
}

function apiKeyAuth(value: string): object {
  return { type: 'apikey', apikey: [variable('key', 'x-api-key'), variable('value', value), variable('in', 'header')] }
}

function bodyOf(operationId: string, type: string, { example }: MediaType): string {
  const filled = FILLED[operationId]
  const value = typeof example === 'object' && !Array.isArray(example) ? { ...example, ...filled } : example
  const text = textOf(type, value)
  const placed = EXAMPLE_IDS.reduce((known, [pattern, variable]) => known.replace(pattern, variable), text)
  return placed.replaceAll(EXAMPLE_BUYER, '{{buyerUrl}}')
}

function textOf(type: string, value: unknown): string {
  if (typeof value === 'string') return value
  if (type !== 'application/x-www-form-urlencoded') return JSON.stringify(value, null, 2)
  return Object.entries(value as object)
    .map(([name, member]) => `${name}=${String(member)}`)
    .join('&')
}

const EVERY_ANSWER = [
  "pm.test('carries X-Request-Id', () => pm.expect(pm.response.headers.get('X-Request-Id')).to.match(/^req_[0-9A-Z]{26}$/))",
  "pm.test('is no failure of the server', () => pm.expect(pm.response.code).to.be.below(500))",
]

function testsOf({ operationId, responses }: Operation): readonly string[] {
  const good = Object.keys(responses).filter((status) => status.startsWith('2'))
  const missing = MAY_BE_MISSING.has(operationId) ? ['404'] : []
  const wanted = [...good, ...missing, ...(SANDBOX_ONLY.has(operationId) ? ['403'] : [])]
  const saved = Object.entries(SAVED[operationId] ?? {}).map(([name, path]) => {
    const member = path.split('.').map((part) => `?.${part}`)
    return `pm.collectionVariables.set('${name}', pm.response.json()${member.join('')})`
  })
  const sale = ["pm.test('sells the lead', () => pm.expect(pm.response.json().data.status).to.equal('ACCEPTED'))"]
  return [
    `pm.test('is answered with ${wanted.join(' or ')}', () => pm.expect(pm.response.code).to.be.oneOf([${wanted.join(', ')}]))`,
    ...saved,
    ...(operationId === 'getSupplierLead' ? [`if (pm.variables.get('buyerUrl') !== '${EXAMPLE_BUYER}') ${sale}`] : []),
  ]
}

function script(lines: readonly string[], listen: 'test' | 'prerequest' = 'test'): object {
  return { listen, script: { type: 'text/javascript', exec: lines } }
}

function variable(key: string, value: string): object {
  return { key, value, type: 'string' }
}
