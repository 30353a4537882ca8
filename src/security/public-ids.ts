/**
 * The public ids of an auction and its lead: `auc_` and `ld_`, each an encoding of the object's id, so that an id alone
 * routes to its object without a look-up.
 *
 * The object's id carries a signature of the namespace: a made-up id is refused by the platform, not by a table.
 */

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** 62^43 is the first power of 62 above 2^256. */
const DIGITS = 43
const OBJECT_ID = /^[0-9a-f]{64}$/
const ENCODED = /^[0-9A-Za-z]{43}$/

/** @param objectId 64 hex characters */
export function encodeAuctionId(objectId: string): string {
  return `auc_${encode(objectId)}`
}

/** @param objectId 64 hex characters */
export function encodeLeadId(objectId: string): string {
  return `ld_${encode(objectId)}`
}

/** @returns the object's id, or null where the text is no auction id */
export function decodeAuctionId(text: string): string | null {
  return text.startsWith('auc_') ? decode(text.slice(4)) : null
}

/** @returns the object's id, or null where the text is no lead id */
export function decodeLeadId(text: string): string | null {
  return text.startsWith('ld_') ? decode(text.slice(3)) : null
}

function encode(objectId: string): string {
  if (!OBJECT_ID.test(objectId)) throw new Error('not an object id')
  let rest = BigInt(`0x${objectId}`)
  let text = ''
  for (let place = 0; place < DIGITS; place++) {
    text = BASE62[Number(rest % 62n)] + text
    rest /= 62n
  }
  return text
}

function decode(text: string): string | null {
  if (!ENCODED.test(text)) return null
  let value = 0n
  for (const char of text) value = value * 62n + BigInt(BASE62.indexOf(char))
  const hex = value.toString(16).padStart(64, '0')
  return hex.length === 64 ? hex : null
}
