/**
 * Adds a buyer's credentials to a request, and the signature, at the moment of sending and never before: what is stored, traced or shown has
 * none.
 */
import type {
  BuyerAuth,
  BuyerCall,
  ContractSecrets,
  RequestFormat,
  ResolvedContract,
} from '../contracts/buyer-contract'
import { joinSecrets } from './contract/secrets'
import type { OutboundRequest } from './encode'
import { SIGNATURE_HEADER, signatureOf } from './signature'
import { encodePart } from './template/form'
import { headerValue, withQuery } from './template/url'
import { escapeXml } from './template/xml'

export type OAuthClient = Extract<BuyerAuth, { type: 'oauth_client_credentials' }>

/** Gives an access token, from memory or from the buyer's token endpoint. Never throws. */
export type TokenProvider = (
  client: OAuthClient,
) => Promise<{ ok: true; token: string } | { ok: false; reason: string }>

export type Authorized =
  | { readonly ok: true; readonly request: OutboundRequest }
  /** Nothing was sent: no token could be had. */
  | { readonly ok: false; readonly reason: string }

export interface Credentials {
  readonly secrets: ContractSecrets
  readonly tokens: TokenProvider
  readonly now: number
}

/**
 * @param call whose credentials
 * @param secrets as splitSecrets took them out of the contract
 * @param tokens asked only where the contract uses OAuth
 * @param now when it is sent, ms since 1970
 */
export async function authorize(
  request: OutboundRequest,
  contract: ResolvedContract,
  call: BuyerCall,
  { secrets, tokens, now }: Credentials,
): Promise<Authorized> {
  const spec = joinSecrets(contract, secrets)[call]?.request
  if (spec === undefined) return { ok: false, reason: 'the contract has no such call' }
  const signed = (authorized: OutboundRequest): Authorized => {
    if (spec.signature === undefined) return { ok: true, request: authorized }
    // Last, since credentials may stand in the body.
    const signature = signatureOf(authorized.body ?? '', spec.signature.secret, now)
    return { ok: true, request: withHeader(authorized, SIGNATURE_HEADER, signature) }
  }
  if (spec.auth.type !== 'oauth_client_credentials') {
    return signed(withCredentials(request, spec.auth, spec.format))
  }
  const answer = await tokens(spec.auth)
  if (!answer.ok) return answer
  return signed(withHeader(request, 'authorization', `Bearer ${answer.token}`))
}

function withCredentials(
  request: OutboundRequest,
  auth: Exclude<BuyerAuth, OAuthClient>,
  format: RequestFormat,
): OutboundRequest {
  switch (auth.type) {
    case 'none':
      return request
    case 'bearer':
      return withHeader(request, 'authorization', `Bearer ${auth.token}`)
    case 'basic':
      return withHeader(request, 'authorization', `Basic ${base64(`${auth.username}:${auth.password}`)}`)
    case 'header':
      return withHeader(request, auth.name, auth.value)
    case 'query':
      return { ...request, url: withQuery(request.url, `${encodePart(auth.name)}=${encodePart(auth.value)}`) }
    case 'body':
      return withBodyField(request, auth.name, auth.value, format)
  }
}

function withHeader(request: OutboundRequest, name: string, value: string): OutboundRequest {
  const lower = name.toLowerCase()
  const others = request.headers.filter(([other]) => other.toLowerCase() !== lower)
  return { ...request, headers: [...others, [lower, headerValue(value)]] }
}

/** A field of a request without a body goes to where its other fields are: the query. */
function withBodyField(request: OutboundRequest, name: string, value: string, format: RequestFormat): OutboundRequest {
  const pair = `${encodePart(name)}=${encodePart(value)}`
  const { body } = request
  if (body === null) return { ...request, url: withQuery(request.url, pair) }
  switch (format) {
    case 'json': {
      const document: unknown = JSON.parse(body)
      const fields = typeof document === 'object' && document !== null && !Array.isArray(document) ? document : null
      return { ...request, body: fields === null ? body : JSON.stringify({ ...fields, [name]: value }) }
    }
    case 'xml':
      return { ...request, body: withElement(body, name, value) }
    default:
      return { ...request, body: body === '' ? pair : `${body}&${pair}` }
  }
}

/** Puts the element last in the root. */
function withElement(body: string, name: string, value: string): string {
  const element = `<${name}>${escapeXml(value)}</${name}>`
  const end = body.lastIndexOf('</')
  return end < 0 ? body : body.slice(0, end) + element + body.slice(end)
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)))
}
