/**
 * Writes the requests that a buyer is sent: data in, data out, without credentials.
 *
 * What is returned here may be stored and shown to the operator of the buyer; credentials join it at sending, in
 * authorize.ts. In a ping, a personal field that the contract does not list is out of every template's reach.
 */
import type { ResolvedCall, ResolvedContract, ResolvedRequest } from '../contracts/buyer-contract'
import type { LeadFields } from '../core/lead/fields'
import { memo } from './memo'
import { compileForm } from './template/form'
import { compileJson } from './template/json'
import { type Captures, Scope } from './template/scope'
import { TemplateError } from './template/text'
import { ALL_FIELDS } from './template/tree'
import { compileHeader, compileUrl, withQuery } from './template/url'
import { compileXml } from './template/xml'

export interface OutboundRequest {
  readonly url: string
  readonly method: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string | null
}

export interface PingInput {
  readonly contractId: string
  readonly auctionId: string
  readonly leadId: string | null
  readonly lead: LeadFields
  /** Names of the campaign's fields that are personal data. */
  readonly piiFields: readonly string[]
  readonly vertical: string | null
  readonly subVertical: string | null
  readonly floorMicros: number | null
  /** RFC 3339. */
  readonly expiresAt: string | null
  /** Milliseconds since 1970. */
  readonly now: number
  /** `test` takes the contract's test URL, where it has one. */
  readonly target?: 'live' | 'test'
}

export interface PostInput extends PingInput {
  /** The token that the buyer gave with its own bid. */
  readonly bidToken: string | null
  /** What the ping's answer captured. */
  readonly ping: Captures
}

/** @returns the ping, or null where the contract has none */
export function encodePing(contract: ResolvedContract, input: PingInput): OutboundRequest | null {
  if (contract.ping === null) return null
  const withheld = new Set(input.piiFields.filter((name) => !contract.pingPii.includes(name)))
  const idempotencyKey = `ping_${input.auctionId}_${input.contractId}`
  const scope = new Scope(input.lead, { ...input, idempotencyKey, bidToken: null, ping: {} }, withheld)
  return write(contract.ping, scope, input, idempotencyKey)
}

/** @returns the post; the same input gives the same bytes */
export function encodePost(contract: ResolvedContract, input: PostInput): OutboundRequest {
  const idempotencyKey = postKeyOf(input)
  const scope = new Scope(input.lead, { ...input, idempotencyKey }, NOTHING_WITHHELD)
  return write(contract.post, scope, input, idempotencyKey)
}

/**
 * @param input of the post that is asked about
 * @returns the inquiry, or null where the contract has none; it bears no key of its own, since it changes nothing
 */
export function encodeInquiry(contract: ResolvedContract, input: PostInput): OutboundRequest | null {
  if (contract.inquiry === undefined) return null
  const scope = new Scope(input.lead, { ...input, idempotencyKey: postKeyOf(input) }, NOTHING_WITHHELD)
  return write(contract.inquiry, scope, input, null)
}

function postKeyOf({ auctionId, contractId }: PingInput): string {
  return `post_${auctionId}_${contractId}`
}

const NOTHING_WITHHELD: ReadonlySet<string> = new Set()

interface CompiledRequest {
  readonly url: (scope: Scope) => string
  readonly testUrl: (scope: Scope) => string
  readonly headers: readonly { readonly name: string; readonly value: (scope: Scope) => string }[]
  readonly body: ((scope: Scope) => string) | null
}

function write(call: ResolvedCall, scope: Scope, input: PingInput, idempotencyKey: string | null): OutboundRequest {
  const compiled = compiledRequest(call.request)
  const headers: (readonly [string, string])[] = idempotencyKey === null ? [] : [['idempotency-key', idempotencyKey]]
  for (const { name, value } of compiled.headers) headers.push([name, value(scope)])
  return {
    url: input.target === 'test' ? compiled.testUrl(scope) : compiled.url(scope),
    method: call.request.method,
    headers,
    body: compiled.body === null ? null : bounded(compiled.body(scope)),
  }
}

/** What goes out is kept with its auction, and a template can repeat a field as often as it likes. */
const MAX_BODY_CHARS = 131_072

function bounded(body: string): string {
  if (body.length > MAX_BODY_CHARS) throw new TemplateError(`the body came to more than ${MAX_BODY_CHARS} characters`)
  return body
}

const requests = new WeakMap<ResolvedRequest, CompiledRequest>()

/** @throws TemplateError where a template is malformed, which checkBuyerContract would have said */
export function compiledRequest(request: ResolvedRequest): CompiledRequest {
  const known = requests.get(request)
  if (known !== undefined) return known
  const compiled = compileRequest(request)
  requests.set(request, compiled)
  return compiled
}

const BODIES = { json: compileJson, form: compileForm, query: compileForm, xml: compileXml } as const

/** Contracts arrive as fresh copies with every auction: the same template is found by its text. */
const bodyOf = memo((key): ((scope: Scope) => string) => {
  const format = key.slice(0, key.indexOf(' ')) as keyof typeof BODIES
  return BODIES[format](JSON.parse(key.slice(key.indexOf(' ') + 1)))
})
const urlOf = memo(compileUrl)
const headerOf = memo(compileHeader)

function compileRequest(request: ResolvedRequest): CompiledRequest {
  const { format } = request
  const content = bodyOf(`${format} ${JSON.stringify(request.template ?? ALL_FIELDS)}`)
  const urlFrom = (source: string): ((scope: Scope) => string) => {
    const url = urlOf(source)
    if (format !== 'query') return (scope) => url(scope)
    return (scope) => withQuery(url(scope), content(scope))
  }
  return {
    url: urlFrom(request.url),
    testUrl: urlFrom(request.testUrl ?? request.url),
    headers: headersOf(request).map(([name, source]) => {
      const value = headerOf(source)
      return { name, value: (scope) => value(scope) }
    }),
    body: format === 'query' ? null : content,
  }
}

const CONTENT_TYPES = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  xml: 'application/xml; charset=utf-8',
  query: null,
} as const

const ACCEPT = {
  json: 'application/json, application/xml;q=0.9, */*;q=0.5',
  xml: 'application/xml, text/xml;q=0.9, */*;q=0.5',
} as const

/** The contract's own headers come over the usual ones, whatever their case; the idempotency key is never theirs. */
function headersOf({ format, headers }: ResolvedRequest): (readonly [string, string])[] {
  const merged = new Map<string, string>([['accept', format === 'xml' ? ACCEPT.xml : ACCEPT.json]])
  const contentType = CONTENT_TYPES[format]
  if (contentType !== null) merged.set('content-type', contentType)
  for (const [name, value] of Object.entries(headers)) merged.set(name.toLowerCase(), value)
  merged.delete('idempotency-key')
  return [...merged]
}
