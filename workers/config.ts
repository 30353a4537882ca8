/**
 * Vars and secrets, parsed once: a Config, or a refusal to start that says which name is wrong and never its value.
 */
import { fromBase64Url } from '../src/security/bytes'
import { checkedMasterKeys, type MasterKeys } from '../src/security/master-keys'
import type { PingTokenKey } from '../src/security/ping-token'

/** Settings as they stand in the environment. Secrets are set with `wrangler secret put`. */
export interface RawSettings {
  readonly MASTER_KEY?: string
  readonly HASH_KEY?: string
  readonly PING_TOKEN_KEYS?: string
  readonly BOOTSTRAP_OPERATOR_KEY?: string
  readonly BOOTSTRAP_SANDBOX_KEY?: string
  readonly BOOTSTRAP_RATE_LIMIT?: string
  readonly ALLOW_LOOPBACK_BUYERS?: string
  readonly PUBLIC_ORIGIN?: string
}

export interface Config {
  /** Everything at rest is sealed under these, or under keys derived from them. The first seals. */
  readonly masterKeys: MasterKeys
  /** 32 bytes, for as long as the exchange lives: what is known again by a keyed hash is hashed under keys derived from it. */
  readonly hashKey: Uint8Array<ArrayBuffer>
  /** The first signs. */
  readonly pingTokenKeys: readonly PingTokenKey[]
  /** Operator credentials that exist from the start, by tenant. Unset in production. */
  readonly bootstrapKeys: readonly { readonly tenantId: 'live' | 'sandbox'; readonly key: string }[]
  /** Requests a second that each of them may send; null is the default of every client. */
  readonly bootstrapRequestsPerSecond: number | null
  readonly allowLoopbackBuyers: boolean
  /** Where the world reaches Gavel, as `https://api.example.com`; null takes the origin of each request. */
  readonly publicOrigin: string | null
}

const KID = /^[\w-]{1,16}$/

/** @throws where a setting is missing or malformed */
export function parseConfig(settings: RawSettings): Config {
  const masterKeys = readMasterKeys(settings.MASTER_KEY ?? '')
  return {
    masterKeys,
    hashKey: readHashKey(settings.HASH_KEY ?? '', masterKeys),
    pingTokenKeys: readTokenKeys(settings.PING_TOKEN_KEYS ?? ''),
    bootstrapKeys: [
      ...bootstrap('live', settings.BOOTSTRAP_OPERATOR_KEY),
      ...bootstrap('sandbox', settings.BOOTSTRAP_SANDBOX_KEY),
    ],
    bootstrapRequestsPerSecond: readRate('BOOTSTRAP_RATE_LIMIT', settings.BOOTSTRAP_RATE_LIMIT ?? ''),
    publicOrigin: readOrigin('PUBLIC_ORIGIN', settings.PUBLIC_ORIGIN ?? ''),
    allowLoopbackBuyers: settings.ALLOW_LOOPBACK_BUYERS === '1',
  }
}

function readKey(name: string, text: string): Uint8Array<ArrayBuffer> {
  const bytes = fromBase64Url(text)
  if (bytes === null || bytes.length !== 32) throw new Error(`${name} must be 32 bytes in base64url`)
  return bytes
}

function readMasterKeys(text: string): MasterKeys {
  const keys = text.split(',').map((entry) => {
    const [secret = '', kid = '', ...more] = entry.trim().split(':').reverse()
    if (more.length > 0 || (entry.includes(':') && !KID.test(kid))) {
      throw new Error('MASTER_KEY has a key id that is not 1 to 16 of [A-Za-z0-9_-]')
    }
    return { kid, secret: readKey(kid === '' ? 'MASTER_KEY' : `MASTER_KEY (${kid})`, secret) }
  })
  if (new Set(keys.map(({ kid }) => kid)).size < keys.length) throw new Error('MASTER_KEY has two keys of one id')
  return checkedMasterKeys(keys)
}

/** A hash cannot be brought under another key. So the key must be named before the one it was taken from can give way. */
function readHashKey(text: string, [first, ...older]: MasterKeys): Uint8Array<ArrayBuffer> {
  if (text !== '') return readKey('HASH_KEY', text)
  if (first.kid === '' && older.length === 0) return first.secret
  throw new Error('HASH_KEY must be set where MASTER_KEY has key ids: to the first MASTER_KEY this exchange had')
}

function readRate(name: string, text: string): number | null {
  if (text === '') return null
  const rate = Number(text)
  if (!/^\d{1,6}$/.test(text) || rate < 1) throw new Error(`${name} must be a whole number of requests a second`)
  return rate
}

function readOrigin(name: string, text: string): string | null {
  if (text === '') return null
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || url.origin !== text) throw new Error(`${name} must be an origin, as https://api.example.com`)
  return text
}

function readTokenKeys(text: string): readonly PingTokenKey[] {
  const entries = text.split(',').filter((entry) => entry !== '')
  if (entries.length === 0)
    throw new Error('PING_TOKEN_KEYS must be <kid>:<32 bytes in base64url>, the signing key first')
  return entries.map((entry) => {
    const [kid, secret] = entry.trim().split(':')
    if (kid === undefined || !KID.test(kid))
      throw new Error('PING_TOKEN_KEYS has a key id that is not 1 to 16 of [A-Za-z0-9_-]')
    return { kid, secret: readKey(`PING_TOKEN_KEYS (${kid})`, secret ?? '') }
  })
}

function bootstrap(tenantId: 'live' | 'sandbox', key: string | undefined): Config['bootstrapKeys'] {
  return key === undefined || key === '' ? [] : [{ tenantId, key }]
}
