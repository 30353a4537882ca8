/**
 * Values that stand for a person, and that exist nowhere else: whoever finds one has found the person. They are looked for
 * as they are and as they might be written by those who think that hides them.
 */
import { createHash, randomInt } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const LETTERS = 'bcdfghjklmnpqrstvwxz'
const letters = (count: number) => Array.from({ length: count }, () => LETTERS[randomInt(LETTERS.length)]).join('')
const digits = (count: number) => Array.from({ length: count }, () => randomInt(2, 9)).join('')

/** A canary by the name of the field that it is planted in. */
export type Canaries = { readonly [field: string]: string }

/** @returns a person of canaries, in every field that is personal */
export function canaryPerson() {
  return {
    first_name: `Qf${letters(10)}`,
    last_name: `Ql${letters(10)}`,
    phone: `${digits(3)}${digits(3)}${digits(4)}`,
    email: `qe${letters(10)}@q${letters(8)}.test`,
    address: `${digits(4)} Qa${letters(10)} Street`,
    ip_address: `203.0.113.${randomInt(100, 250)}`,
    date_of_birth: `19${digits(2)}-0${digits(1)}-1${digits(1)}`,
    favourite_colour: `Qc${letters(10)}`,
  }
}

/** Too short or too common to be told from chance in a file of megabytes; everything else of them is unique. */
const UNTELLABLE: ReadonlySet<string> = new Set(['ip_address', 'date_of_birth'])

interface Needle {
  readonly words: string
  readonly bytes: Buffer
}

/** @returns every writing of the canaries that must not be found, with words for what it is */
export function needlesOf(canaries: Canaries): readonly Needle[] {
  return Object.entries(canaries).flatMap(([field, value]) =>
    spellingsOf(field, value).flatMap((text) => {
      const isTellable = !UNTELLABLE.has(field)
      const encoded = isTellable ? encodingsOf(Buffer.from(text)) : []
      return [...encoded, ...hashesOf(text)].map(([how, needle]) => ({ words: `${field} ${how}`, bytes: needle }))
    }),
  )
}

function spellingsOf(field: string, value: string): readonly string[] {
  const spelt = [value, value.toLowerCase(), value.toUpperCase(), encodeURIComponent(value), value.replaceAll(' ', '+')]
  if (field === 'phone') {
    const groups = [value.slice(0, 3), value.slice(3, 6), value.slice(6)]
    spelt.push(`1${value}`, `+1${value}`, groups.join('-'), `(${groups[0]}) ${groups[1]}-${groups[2]}`)
  }
  return [...new Set(spelt)]
}

type Writing = readonly [how: string, bytes: Buffer]

function encodingsOf(text: Buffer): readonly Writing[] {
  const hex = text.toString('hex')
  // What V8 writes of a string with a character beyond Latin-1 anywhere in it.
  const wide = Buffer.from(text.toString('utf8'), 'utf16le')
  const base64 = [0, 1, 2].flatMap((shift): Writing[] => {
    // Whole groups of three bytes: what stands before and behind them does not show in these.
    const whole = text.subarray((3 - shift) % 3)
    const inner = whole.subarray(0, whole.length - (whole.length % 3)).toString('base64')
    return [
      ['in base64', Buffer.from(inner)],
      ['in base64url', Buffer.from(inner.replaceAll('+', '-').replaceAll('/', '_'))],
    ]
  })
  return [
    ['as it is', text],
    ['in UTF-16', wide],
    ['in hex', Buffer.from(hex)],
    ['in HEX', Buffer.from(hex.toUpperCase())],
    ...base64,
  ]
}

function hashesOf(text: string): readonly Writing[] {
  return ['md5', 'sha1', 'sha256'].flatMap((algorithm): Writing[] => {
    const hash = createHash(algorithm).update(text).digest()
    return [
      [`as ${algorithm}`, hash],
      [`as ${algorithm} in hex`, Buffer.from(hash.toString('hex'))],
      [`as ${algorithm} in HEX`, Buffer.from(hash.toString('hex').toUpperCase())],
      [`as ${algorithm} in base64`, Buffer.from(hash.toString('base64').replace(/=+$/, ''))],
      [`as ${algorithm} in base64url`, Buffer.from(hash.toString('base64url'))],
    ]
  })
}

/** A text or file that may hold anything but a person. */
export interface Haystack {
  readonly name: string
  readonly bytes: Buffer
}

/** @returns one line for each needle found, with the place */
export function found(needles: readonly Needle[], haystacks: readonly Haystack[]): readonly string[] {
  return haystacks.flatMap(({ name, bytes }) =>
    needles.filter((needle) => bytes.includes(needle.bytes)).map(({ words }) => `${words}, in ${name}`),
  )
}

/** @returns every file below the folder, whatever it is */
export function filesBelow(folder: string): readonly Haystack[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .flatMap((path) => {
      try {
        return [{ name: path.slice(folder.length + 1), bytes: readFileSync(path) }]
      } catch {
        // A journal that was there a moment ago.
        return []
      }
    })
}
