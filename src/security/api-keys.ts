/**
 * API keys: `ld_live_` or `ld_test_`, 30 base62 characters, then a CRC-32 of everything before, in 6 base62 characters.
 *
 * The checksum tells a mistyped key from a wrong one without a look-up. A key is stored as its SHA-256 and shown once; 178
 * random bits need no salt and no slow hash.
 */
import { toHex, utf8 } from './bytes'

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const RANDOM_CHARS = 30
const CHECKSUM_CHARS = 6
const KEY = /^ld_(live|test)_[0-9A-Za-z]{36}$/

export type KeyMode = 'live' | 'sandbox'

export interface NewApiKey {
  /** The whole key; show it once. */
  readonly key: string
  readonly hash: string
  readonly prefix: string
  readonly lastFour: string
}

/** Makes a key for a tenant's mode. */
export async function createApiKey(mode: KeyMode): Promise<NewApiKey> {
  return await createSecret(mode === 'live' ? 'ld_live_' : 'ld_test_')
}

/** Makes the secret of an OAuth client: of the same strength and form, and told from a key by its beginning. */
export async function createClientSecret(): Promise<NewApiKey> {
  return await createSecret('ld_secret_')
}

async function createSecret(prefix: string): Promise<NewApiKey> {
  const unchecked = prefix + randomBase62(RANDOM_CHARS)
  const key = unchecked + checksum(unchecked)
  return { key, hash: await hashApiKey(key), prefix: key.slice(0, prefix.length + 4), lastFour: key.slice(-4) }
}

/** Whether the text has the form and the checksum of a key; says nothing about whether it exists. */
export function isWellFormedApiKey(text: string): boolean {
  if (!KEY.test(text)) return false
  return checksum(text.slice(0, -CHECKSUM_CHARS)) === text.slice(-CHECKSUM_CHARS)
}

/** @returns SHA-256 of a key, hex: what is stored and looked up. */
export async function hashApiKey(key: string): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(key))))
}

function randomBase62(length: number): string {
  let text = ''
  while (text.length < length) {
    // 248 is the largest multiple of 62 in a byte; what is above would favour the first characters.
    for (const byte of crypto.getRandomValues(new Uint8Array(length))) {
      if (byte < 248 && text.length < length) text += BASE62[byte % 62]
    }
  }
  return text
}

function checksum(text: string): string {
  let rest = crc32(utf8(text))
  let digits = ''
  for (let place = 0; place < CHECKSUM_CHARS; place++) {
    digits = BASE62[rest % 62] + digits
    rest = Math.floor(rest / 62)
  }
  return digits
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  return value >>> 0
})

/** CRC-32 as in ISO 3309 and zlib. node:zlib has one, but the worker would carry a polyfill of zlib for these lines. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0)
  return (crc ^ 0xffffffff) >>> 0
}
