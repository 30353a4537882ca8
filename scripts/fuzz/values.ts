/** Values: what a schema describes, and what nobody expects in its place. */
import type { ContractDocument, Json } from './document.ts'
import type { Random } from './random.ts'

const MAX_DEPTH = 6

/** Texts that have broken programs: controls, half characters, markup, templates, queries, other people's line ends. */
export const ODD_TEXTS: readonly string[] = [
  '',
  ' ',
  '\u0000',
  '\ud800',
  '\udfff\ud800',
  '\u202e\u2028\u2029\ufeff',
  '\r\nX-Evil: 1\r\n\r\n',
  '%0d%0aX-Evil:%201',
  "' OR 1=1 --",
  '"},{"a":"',
  '<script>alert(1)</script>',
  '{{phone}}{% include "x" %}',
  '#{7*7}',
  '../../../etc/passwd',
  '__proto__',
  'constructor',
  'null',
  'NaN',
  '9'.repeat(400),
  'é'.repeat(300),
  '\u{1f600}'.repeat(200),
  'x'.repeat(70_000),
]

/** Written as they are, so that no parser of ours rounds them first. */
export const ODD_NUMBERS: readonly string[] = [
  '9007199254740993',
  '-9007199254740993',
  '123456789012345678901234567890',
  '1e400',
  '-1e400',
  '1e-400',
  '-0',
  '0.1234567890123',
  '1E+2',
  '4294967296',
  '-1',
  '0',
]

export const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  false,
  [],
  {},
  [[]],
  [null],
  { a: { b: {} } },
  0,
  -1,
  1.5,
  '',
]

/** @returns a value that the schema takes, as far as it can be made by chance */
export function generated(schema: Json, document: ContractDocument, random: Random, depth = 0): unknown {
  const resolved = document.resolve(schema)
  const next = (inner: unknown) => generated((inner ?? {}) as Json, document, random, depth + 1)
  if (resolved.const !== undefined) return resolved.const
  if (resolved.example !== undefined && random.chance(0.5)) return resolved.example
  if (Array.isArray(resolved.enum)) return random.pick(resolved.enum)
  const branches = (resolved.anyOf ?? resolved.oneOf) as readonly Json[] | undefined
  if (branches !== undefined) return next(random.pick(branches))
  if (Array.isArray(resolved.allOf)) return Object.assign({}, ...resolved.allOf.map(next))
  const type = Array.isArray(resolved.type) ? random.pick(resolved.type) : resolved.type
  switch (type) {
    case 'object':
      return depth > MAX_DEPTH ? {} : objectOf(resolved, random, next)
    case 'array':
      return depth > MAX_DEPTH ? [] : Array.from({ length: random.below(4) }, () => next(resolved.items))
    case 'string':
      return textOf(resolved, random)
    case 'integer':
    case 'number':
      return numberOf(resolved, random)
    case 'boolean':
      return random.chance(0.5)
    case 'null':
      return null
    default:
      return random.pick(ODD_VALUES)
  }
}

function objectOf(schema: Json, random: Random, next: (schema: unknown) => unknown): object {
  const required = new Set((schema.required ?? []) as readonly string[])
  const members = Object.entries((schema.properties ?? {}) as Json)
  const kept = members.filter(([name]) => required.has(name) || random.chance(0.4))
  return Object.fromEntries(kept.map(([name, member]) => [name, next(member)]))
}

const PLAIN = ['a', 'state', 'TX', '2026-11-20', '2026-11-20T09:00:00Z', 'https://buyer.example/x', '5125550182', '770']

function textOf(schema: Json, random: Random): string {
  if (schema.format === 'date-time') return '2026-11-20T09:00:00Z'
  const text = random.chance(0.8) ? random.pick(PLAIN) : random.pick(ODD_TEXTS)
  return text.padEnd(Number(schema.minLength ?? 0), 'x').slice(0, Number(schema.maxLength ?? text.length + 20))
}

function numberOf(schema: Json, random: Random): number {
  const low = Number(schema.minimum ?? 0)
  const high = Number(schema.maximum ?? low + 1_000)
  return schema.type === 'integer' || random.chance(0.5)
    ? Math.round(low + random.next() * (high - low))
    : Math.round((low + random.next() * (high - low)) * 100) / 100
}
