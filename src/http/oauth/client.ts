/**
 * Which client calls `/oauth/*`: by HTTP Basic or by members of the body, never by both (RFC 6749, section 2.3.1).
 *
 * In Basic, id and secret are form-encoded before they are joined: `ld_client` may come as `ld%5Fclient`. Ids and secrets of
 * ours have neither `%` nor `+`, so that decoding leaves those alone which a simpler client sent as they are.
 */

import type { CredentialSnapshot } from '../../contracts/snapshot'
import { DEFAULT_REQUESTS_PER_SECOND } from '../../core/limits/request-rate'
import { createClientHash, isSameHash } from '../../security/client-secret'
import { isInNetworks } from '../../security/networks'
import type { AppContext } from '../app'
import { addressOf, isAlive } from '../plumbing/credentials'
import type { RateClient } from '../services'
import type { OAuthRefusal } from './answer'
import type { Parameters } from './parameters'

interface Shown {
  readonly id: string
  readonly secret: string
}

const UNKNOWN_CLIENT = 'The client is not known, or its secret is wrong.'

/** @returns the client, or how the call is refused */
export async function authenticateClient(
  c: AppContext,
  parameters: Parameters,
): Promise<CredentialSnapshot | OAuthRefusal> {
  const header = c.req.header('authorization')
  const shown = header === undefined ? shownInBody(parameters) : shownInBasic(header, parameters)
  if ('error' in shown) return shown
  const client = await findClient(c, shown)
  return client ?? { error: 'invalid_client', description: UNKNOWN_CLIENT, challenge: header !== undefined }
}

/** @returns whose rate the calls of a client are taken off */
export function rateClientOf({ tenantId, keyId, requestsPerSecond }: CredentialSnapshot): RateClient {
  return { tenantId, clientId: keyId, requestsPerSecond: requestsPerSecond ?? DEFAULT_REQUESTS_PER_SECOND }
}

async function findClient(c: AppContext, { id, secret }: Shown): Promise<CredentialSnapshot | null> {
  const { services } = c.var
  if (!/^[\w-]{1,64}$/.test(id)) return null
  const client = await services.snapshots.oauthClient(id)
  const now = services.now()
  if (client === null || client.oauth === undefined || !isAlive(client, now)) return null
  const hash = await createClientHash(secret)
  const isKnown = client.oauth.secrets.some((known) => {
    return (known.until === null || Date.parse(known.until) > now) && isSameHash(known.hash, hash)
  })
  const { allowedNetworks } = client
  const isHere = allowedNetworks === undefined || isInNetworks(addressOf(c), allowedNetworks)
  return isKnown && isHere ? client : null
}

function shownInBody(parameters: Parameters): Shown | OAuthRefusal {
  const [id, secret] = [parameters.get('client_id'), parameters.get('client_secret')]
  if (id !== undefined && secret !== undefined) return { id, secret }
  return { error: 'invalid_client', description: 'client_id and client_secret are required, in Basic or in the body.' }
}

function shownInBasic(header: string, parameters: Parameters): Shown | OAuthRefusal {
  const shown = decodeBasic(header)
  if (shown === null) {
    return { error: 'invalid_client', description: 'Authorization must be Basic with id and secret.', challenge: true }
  }
  const named = parameters.get('client_id')
  if (parameters.has('client_secret') || (named !== undefined && named !== shown.id)) {
    return {
      error: 'invalid_request',
      description: 'The client may authenticate in Basic or in the body, not in both.',
    }
  }
  return shown
}

function decodeBasic(header: string): Shown | null {
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(header)?.[1]
  if (encoded === undefined || encoded.length > 1_024) return null
  try {
    const text = atob(encoded)
    const colon = text.indexOf(':')
    return colon < 0 ? null : { id: formDecode(text.slice(0, colon)), secret: formDecode(text.slice(colon + 1)) }
  } catch {
    return null
  }
}

/** @throws for an escape that is none */
function formDecode(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '))
}
