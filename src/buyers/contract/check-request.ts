/** Checks the outgoing half of a call. */
import type { BuyerAuth, ResolvedRequest } from '../../contracts/buyer-contract'
import type { ContractProblem } from '../../contracts/contract-compiler'
import { parseXml } from '../answer/xml'
import { SIGNATURE_HEADER } from '../signature'
import { compileForm } from '../template/form'
import { compileJson } from '../template/json'
import { PIPE_NAMES } from '../template/pipes'
import { Scope } from '../template/scope'
import { compileText, TemplateError } from '../template/text'
import { ALL_FIELDS } from '../template/tree'
import { compileUrl } from '../template/url'
import { compileXml, isXmlName } from '../template/xml'
import { isTestBuyer } from '../test-buyer'
import type { UrlCheck } from '../transport'
import { textsOf } from './fields-read'

export interface UrlRules {
  readonly allowLoopback: boolean
  readonly allowTestBuyers: boolean
  readonly checkUrl: UrlCheck
}

/** A lead that has nothing: enough to see where the literal parts of a template lead. */
const NOTHING = new Scope(
  {},
  {
    auctionId: '',
    leadId: null,
    vertical: null,
    subVertical: null,
    floorMicros: null,
    expiresAt: null,
    bidToken: null,
    idempotencyKey: '',
    ping: {},
    now: 0,
  },
  new Set(),
)

export function checkRequest(path: string, request: ResolvedRequest, urls: UrlRules): ContractProblem[] {
  const at = (member: string, code: string, expected: string): ContractProblem => {
    return { field: `${path}.${member}`, code, expected }
  }
  const texts = textsOf(request).flatMap(({ path: member, text }) => {
    const wrong = wrongWith(() => compileText(text))
    return wrong === null ? [] : [at(member, 'invalid_template', describe(wrong))]
  })
  if (texts.length > 0) return texts
  const addresses = [
    ['url', request.url] as const,
    ...(request.testUrl === null ? [] : [['test_url', request.testUrl] as const]),
  ].flatMap(([member, url]) => {
    const wrong = wrongWith(() => compileUrl(url))
    if (wrong !== null) return [at(member, 'invalid_template', wrong)]
    const address = compileUrl(url)(NOTHING)
    if (isTestBuyer(address) && !urls.allowTestBuyers) {
      return [at(member, 'url_not_allowed', 'public https URL (test buyers are for the sandbox)')]
    }
    const check = urls.checkUrl(address, urls)
    return check.ok ? [] : [at(member, 'url_not_allowed', `public https URL (${check.reason})`)]
  })
  return [
    ...addresses,
    ...checkBody(request).map(({ member, code, expected }) => at(member, code, expected)),
    ...Object.keys(request.headers)
      .filter((name) => OURS.has(name.toLowerCase()))
      .map((name) => at(`headers.${name}`, 'invalid_value', 'a header that is not set by us or by auth')),
    ...checkSignature(request).map(({ member, code, expected }) => at(member, code, expected)),
    ...checkAuth(request, urls).map(({ member, code, expected }) => at(`auth.${member}`, code, expected)),
  ]
}

/** Headers that frame the request, name the caller, or make a repeat harmless. */
const OURS = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'upgrade',
  'te',
  'trailer',
  'expect',
  'authorization',
  'proxy-authorization',
  'idempotency-key',
  SIGNATURE_HEADER,
])

interface Wrong {
  readonly member: string
  readonly code: string
  readonly expected: string
}

const COMPILE = { json: compileJson, form: compileForm, query: compileForm, xml: compileXml } as const

function checkBody({ format, method, template }: ResolvedRequest): Wrong[] {
  if (method === 'GET' && format !== 'query') {
    return [{ member: 'method', code: 'invalid_value', expected: 'POST, PUT or PATCH; GET goes with format query' }]
  }
  const node = template ?? ALL_FIELDS
  if (format === 'json' && typeof node !== 'object') {
    return [{ member: 'template', code: 'invalid_template', expected: 'JSON, with placeholders inside of its strings' }]
  }
  const wrong = wrongWith(() => COMPILE[format](node))
  if (wrong !== null) return [{ member: 'template', code: 'invalid_template', expected: wrong }]
  if (format !== 'xml') return []
  const body = compileXml(node)(NOTHING)
  return parseXml(body) === undefined
    ? [{ member: 'template', code: 'invalid_template', expected: 'well-formed XML' }]
    : []
}

/** What is in the URL alone is not signed, and a signature that says nothing would be taken for one that does. */
function checkSignature({ signature, format }: ResolvedRequest): Wrong[] {
  if (signature === undefined) return []
  const wrong = (member: string, expected: string): Wrong[] => [{ member, code: 'invalid_value', expected }]
  if (format === 'query') return wrong('signature', 'a body to sign; format json, form or xml')
  // Blank where it was taken out to be sealed.
  const isShort = signature.secret !== '' && signature.secret.length < MIN_SECRET_CHARS
  return isShort ? wrong('signature.secret', `secret of ${MIN_SECRET_CHARS} to 4096 characters`) : []
}

/** A shorter one could be guessed from one signed request. */
const MIN_SECRET_CHARS = 16

function checkAuth({ auth, format, template }: ResolvedRequest, urls: UrlRules): Wrong[] {
  const wrong = (member: string, expected: string): Wrong[] => [{ member, code: 'invalid_value', expected }]
  switch (auth.type) {
    case 'header': {
      const name = auth.name.toLowerCase()
      const allowed = HEADER_NAME.test(name) && (name === 'authorization' || !OURS.has(name))
      return allowed ? [] : wrong('name', 'name of a header that is not set by us')
    }
    case 'body':
      if (format === 'xml' && !isXmlName(auth.name)) return wrong('name', 'name of an XML element')
      return canTakeField(format, template) ? [] : wrong('type', 'a body that is an object or an element, to take it')
    case 'oauth_client_credentials':
      return checkTokenUrl(auth, urls)
    default:
      return []
  }
}

const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/

function canTakeField(format: ResolvedRequest['format'], template: ResolvedRequest['template']): boolean {
  if (format === 'json') return !Array.isArray(template)
  return format !== 'xml' || typeof template !== 'string' || template.includes('</')
}

function checkTokenUrl(auth: Extract<BuyerAuth, { type: 'oauth_client_credentials' }>, urls: UrlRules): Wrong[] {
  const check = urls.checkUrl(auth.token_url, urls)
  return check.ok
    ? []
    : [{ member: 'token_url', code: 'url_not_allowed', expected: `public https URL (${check.reason})` }]
}

function wrongWith(compile: () => unknown): string | null {
  try {
    compile()
    return null
  } catch (error) {
    if (error instanceof TemplateError) return error.message
    throw error
  }
}

function describe(wrong: string): string {
  return wrong.startsWith('undefined filter') ? `${wrong}; pipes are: ${PIPE_NAMES.join(', ')}` : wrong
}
