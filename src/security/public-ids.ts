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
  const words = new Array<number>(WORDS)
  for (let place = 0; place < WORDS; place++) {
    words[place] = Number.parseInt(objectId.slice(place * WORD_HEX, (place + 1) * WORD_HEX), 16)
  }
  // Joined, since a text that grows by characters stays a chain of them for as long as it is kept.
  const digits = new Array<string>(DIGITS)
  for (let place = DIGITS - 1; place >= 0; ) {
    let group = divide(words)
    for (let count = 0; count < GROUP && place >= 0; count++, place--) {
      digits[place] = BASE62[group % 62] ?? ''
      group = Math.floor(group / 62)
    }
  }
  return digits.join('')
}

function decode(text: string): string | null {
  if (!ENCODED.test(text)) return null
  const words = new Array<number>(WORDS).fill(0)
  // The first group is the short one, so that the others end where groups do when they are written.
  for (let from = 0, to = DIGITS % GROUP; from < DIGITS; from = to, to += GROUP) {
    let digits = 0
    for (let place = from; place < to; place++) digits = digits * 62 + BASE62.indexOf(text[place] ?? '')
    if (!multiplyAndAdd(words, 62 ** (to - from), digits)) return null
  }
  return words.map((word) => word.toString(16).padStart(WORD_HEX, '0')).join('')
}

/**
 * Five digits at a time and words of 16 bits, the highest first: everything in between stays below 2^46, where a number is exact. A
 * lead's ids are written several times on its way, and big integers took ten times as long for each.
 */
const GROUP = 5
const GROUP_BASE = 62 ** GROUP
const WORD_HEX = 4
const WORD_BASE = 2 ** 16
const WORDS = 64 / WORD_HEX

/** Divides by 62^5 in place. @returns the remainder */
function divide(words: number[]): number {
  let rest = 0
  for (let place = 0; place < WORDS; place++) {
    const dividend = rest * WORD_BASE + (words[place] ?? 0)
    const quotient = Math.floor(dividend / GROUP_BASE)
    words[place] = quotient
    rest = dividend - quotient * GROUP_BASE
  }
  return rest
}

/** In place. @returns false where the result has more than 256 bits */
function multiplyAndAdd(words: number[], factor: number, addend: number): boolean {
  let carry = addend
  for (let place = WORDS - 1; place >= 0; place--) {
    const value = (words[place] ?? 0) * factor + carry
    words[place] = value % WORD_BASE
    carry = Math.floor(value / WORD_BASE)
  }
  return carry === 0
}
