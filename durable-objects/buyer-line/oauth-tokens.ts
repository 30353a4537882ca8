/**
 * Access tokens of buyers that want OAuth 2.0 client credentials (RFC 6749, section 4.4), kept in the isolate's memory until
 * shortly before they expire.
 *
 * A library would bring its own fetch; here every request to a buyer's hosts goes through the one transport, with its URL
 * guard, its deadline and its cap.
 */
import type { OAuthClient, TokenProvider } from '../../src/buyers/authorize'
import { send } from '../../src/buyers/transport'
import { checkBuyerUrl } from '../../src/security/url-guard'

const TIMEOUT_MS = 2_000
/** A token is not used in its last seconds: it has to arrive, too. */
const EARLY_MS = 30_000
/** RFC 6749 leaves the lifetime open where the answer does not say. */
const DEFAULT_LIFE_MS = 5 * 60_000
const MAX_TOKENS = 1_000

interface Known {
  readonly token: string
  readonly until: number
}

export function createTokenProvider(services: {
  readonly allowLoopback: boolean
  readonly now: () => number
}): TokenProvider {
  const tokens = new Map<string, Known>()
  return async (client) => {
    const key = JSON.stringify([client.token_url, client.client_id, client.client_secret, client.scope ?? ''])
    const known = tokens.get(key)
    if (known !== undefined && known.until > services.now()) return { ok: true, token: known.token }
    const fresh = await requestToken(client, services.allowLoopback)
    if (fresh === null) return { ok: false, reason: 'no access token from the buyer' }
    if (tokens.size >= MAX_TOKENS) tokens.clear()
    tokens.set(key, { token: fresh.token, until: services.now() + Math.max(0, fresh.lifeMs - EARLY_MS) })
    return { ok: true, token: fresh.token }
  }
}

async function requestToken(
  client: OAuthClient,
  allowLoopback: boolean,
): Promise<{ readonly token: string; readonly lifeMs: number } | null> {
  const form = new URLSearchParams({ grant_type: 'client_credentials' })
  if (client.scope !== undefined) form.set('scope', client.scope)
  const credentials = `${encodeURIComponent(client.client_id)}:${encodeURIComponent(client.client_secret)}`
  const request = {
    url: client.token_url,
    method: 'POST',
    headers: [
      ['content-type', 'application/x-www-form-urlencoded'],
      ['accept', 'application/json'],
      ['authorization', `Basic ${btoa(credentials)}`],
    ] as const,
    body: form.toString(),
  }
  const result = await send(request, { timeoutMs: TIMEOUT_MS, allowLoopback, checkUrl: checkBuyerUrl })
  if (result.kind !== 'response' || result.status !== 200) return null
  return readToken(new TextDecoder().decode(result.body))
}

function readToken(text: string): { readonly token: string; readonly lifeMs: number } | null {
  try {
    const { access_token: token, expires_in: seconds } = JSON.parse(text) as Record<string, unknown>
    if (typeof token !== 'string' || token === '') return null
    const lifeMs = Number(seconds) > 0 ? Number(seconds) * 1_000 : DEFAULT_LIFE_MS
    return { token, lifeMs }
  } catch {
    return null
  }
}
