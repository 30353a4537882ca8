/** Requests made by chance: of operations of the document, with something wrong more often than not. */
import type { ContractDocument, Operation } from './document.ts'
import { bodyOf } from './mutate.ts'
import type { Random } from './random.ts'
import { generated, ODD_TEXTS } from './values.ts'

export interface FuzzRequest {
  /** Null where no operation is meant: an unknown path, or a method that the path does not take. */
  readonly operation: Operation | null
  readonly method: string
  readonly path: string
  readonly headers: { readonly [name: string]: string }
  readonly body: Buffer | null
}

/** What exists, so that not everything is answered by 404. */
export interface World {
  /** By the name of the parameter or member that wants one. */
  readonly ids: { readonly [name: string]: string }
  readonly keys: { readonly operator: string; readonly supplier: string }
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']
const UNKNOWN_PATHS = [
  '/',
  '/v1',
  '/v2/leads',
  '/api/v1/pong',
  '/.env',
  '/v1//campaigns',
  '/v1/campaigns/',
  '/%00',
  '/%ff',
]

export function requestOf(document: ContractDocument, world: World, random: Random): FuzzRequest {
  const operation = random.pick(document.operations)
  const headers = headersOf(operation, world, random)
  if (random.chance(0.02))
    return { operation: null, method: random.pick(METHODS), path: random.pick(UNKNOWN_PATHS), headers, body: null }
  const path = pathOf(operation, document, world, random)
  if (random.chance(0.03)) return { operation: null, method: random.pick(METHODS), path, headers, body: null }
  const [type, media] = random.pick([...Object.entries(operation.bodies), ['', null] as const])
  if (media === null) return { operation, method: operation.method, path, headers, body: null }
  const isExample = random.chance(0.6) && media.example !== undefined
  const value = placed(isExample ? media.example : generated(media.schema, document, random), world)
  const body = type === 'application/x-www-form-urlencoded' ? formOf(value, random) : bodyOf(value, random)
  const sentType = random.chance(0.95)
    ? type
    : random.pick(['', 'text/plain', 'application/json; charset=utf-16', 'multipart/form-data', ODD_TYPE])
  return {
    operation,
    method: operation.method,
    path,
    headers: { ...headers, ...(sentType !== '' && { 'content-type': sentType }) },
    body,
  }
}

const ODD_TYPE = `application/${'x'.repeat(500)}`

/** Ids of the examples become ids that exist. */
function placed(value: unknown, { ids }: World): unknown {
  const text = JSON.stringify(value) ?? 'null'
  const byPrefix: { readonly [prefix: string]: string | undefined } = {
    camp: ids.campaign,
    sup: ids.supplier,
    buy: ids.buyer,
  }
  return JSON.parse(text.replace(/\b(camp|sup|buy)_01[0-9A-Z]{24}\b/g, (id, prefix: string) => byPrefix[prefix] ?? id))
}

function formOf(value: unknown, random: Random): Buffer {
  const members = Object.entries((value ?? {}) as { [name: string]: unknown }).map(([name, member]) => {
    return [name, String(member)] as [string, string]
  })
  if (random.chance(0.3)) members.push([random.pick(ODD_TEXTS).toWellFormed(), random.pick(ODD_TEXTS).toWellFormed()])
  const text = new URLSearchParams(members).toString()
  return Buffer.from(random.chance(0.2) ? `${text}&%ff=%zz&&=&a` : text)
}

function pathOf(operation: Operation, document: ContractDocument, { ids }: World, random: Random): string {
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const known = knownId(operation.path, name, ids)
    // What is deleted is gone for all that follow: mostly something else is tried.
    const usesKnown = random.chance(operation.method === 'DELETE' ? 0.02 : 0.7)
    return usesKnown && known !== undefined ? known : segmentOf(random)
  })
  const query = operation.parameters.filter((parameter) => parameter.in === 'query' && random.chance(0.5))
  if (query.length === 0) return path
  const members = query.map(({ name, schema }) => {
    const value = random.chance(0.5) ? String(generated(schema, document, random)) : random.pick(ODD_TEXTS)
    return `${name}=${random.chance(0.1) ? '%00%ff%' : encodeURIComponent(value.toWellFormed()).slice(0, 2_000)}`
  })
  return `${path}?${members.join('&')}${random.chance(0.1) ? `&${random.pick(members)}` : ''}`
}

/** `/v1/campaigns/{id}` wants a campaign: what comes before the parameter says so. */
function knownId(path: string, name: string, ids: World['ids']): string | undefined {
  if (name !== 'id') return ids[name.replace(/Id$/, '')] ?? ids[name]
  const before = path.slice(0, path.indexOf('{id}')).split('/').at(-2) ?? ''
  return ids[before.replace(/s$/, '')]
}

function segmentOf(random: Random): string {
  const odd = [
    'x',
    '__proto__',
    'constructor',
    '%00',
    '%ff',
    '%252e',
    'a%2fb',
    'camp_01',
    'ld_',
    'auc_0',
    `${'z'.repeat(3_000)}`,
  ]
  const text = random.chance(0.7)
    ? random.pick(odd)
    : encodeURIComponent(random.pick(ODD_TEXTS).toWellFormed()).slice(0, 3_000)
  return text === '' || /^(?:\.|%2e)+$/i.test(text) ? 'x' : text
}

function headersOf(operation: Operation, { keys }: World, random: Random): { readonly [name: string]: string } {
  const byPath = /^\/(?:api\/v1|v1\/(?:ping|post))/.test(operation.path) ? keys.supplier : keys.operator
  const key = random.chance(0.9)
    ? byPath
    : random.pick([keys.operator, keys.supplier, 'garbage', '', `ld_test_${'a'.repeat(36)}`])
  const credential: { readonly [name: string]: string } = random.chance(0.85)
    ? { 'x-api-key': key }
    : random.pick([
        { authorization: `Bearer ${key}` },
        { authorization: `Basic ${btoa(`${key}:x`)}` },
        { authorization: 'Bearer a.b.c' },
        {},
      ])
  const idempotency = [
    '',
    'k',
    '"quoted"',
    '"open',
    'x'.repeat(255),
    'x'.repeat(256),
    '\u00e9',
    '%0d%0aX-Evil: 1',
    `fuzz-${random.below(1e9)}`,
  ]
  return { ...credential, ...(random.chance(0.3) && { 'idempotency-key': random.pick(idempotency) }) }
}
