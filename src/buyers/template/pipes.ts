/**
 * The pipes of a placeholder: `{{phone | digits | md5}}`.
 *
 * A pipe passes over a value that the lead does not have, so that no buyer is ever sent the hash of nothing; `default` is
 * the one that fills it in.
 */
import { createHash } from 'node:crypto'
import type { Liquid } from 'liquidjs'
import { memo } from '../memo'
import { ageAt, formatDate } from './dates'
import { NOW } from './scope'

/** Pipes that liquidjs brings and that are safe on any input: each reads text or a number and yields one. */
const KEPT = (
  'abs append at_least at_most capitalize ceil divided_by downcase first floor join last lstrip minus modulo plus ' +
  'prepend remove remove_first replace replace_first round rstrip size slice split squish strip strip_newlines times ' +
  'truncate upcase url_encode base64_encode'
).split(' ')

interface PipeThis {
  readonly context: { readonly environments: { readonly [NOW]?: number } }
}

type Pipe = (this: PipeThis, value: string | number | boolean, argument?: unknown) => unknown

const OWN: { readonly [name: string]: Pipe } = {
  digits: (value) => String(value).replace(/\D/g, ''),
  md5: (value) => createHash('md5').update(String(value)).digest('hex'),
  sha1: (value) => createHash('sha1').update(String(value)).digest('hex'),
  sha256: (value) => createHash('sha256').update(String(value)).digest('hex'),
  string: (value) => String(value),
  number: (value) => (/^-?\d+(\.\d+)?$/.test(String(value).trim()) ? Number(value) : null),
  map: (value, table) => translations(String(table ?? '')).get(String(value).trim().toLowerCase()) ?? null,
  age(value) {
    return typeof value === 'boolean' ? null : ageAt(value, this.context.environments[NOW] ?? 0)
  },
  date(value, format) {
    if (typeof value === 'boolean') return null
    return formatDate(value, String(format ?? 'YYYY-MM-DD'), this.context.environments[NOW] ?? 0)
  },
}

/** Names of all pipes, for the operator who misspelt one. */
export const PIPE_NAMES: readonly string[] = [...KEPT, ...Object.keys(OWN), 'default'].sort()

/** Leaves the engine with the pipes above and no other. */
export function installPipes(engine: Liquid): void {
  const kept = KEPT.map((name) => [name, engine.filters[name]] as const)
  for (const name of Object.keys(engine.filters)) engine.unregisterFilter(name)
  for (const [name, filter] of kept) {
    if (typeof filter !== 'function') throw new Error(`liquidjs has no plain filter ${name}`)
    engine.registerFilter(name, unlessAbsent(filter))
  }
  for (const [name, pipe] of Object.entries(OWN)) engine.registerFilter(name, unlessAbsent(pipe))
  engine.registerFilter('default', (value: unknown, fallback: unknown) => (isAbsent(value) ? fallback : value))
}

type AnyFilter = (this: never, value: never, ...rest: never[]) => unknown

function unlessAbsent(filter: AnyFilter): (this: unknown, value: unknown, ...rest: unknown[]) => unknown {
  return function (value, ...rest) {
    return isAbsent(value) ? null : Reflect.apply(filter, this, [value, ...rest])
  }
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}

/** Reads `CA=California,TX=Texas`. */
const translations = memo((table): ReadonlyMap<string, string> => {
  const pairs = table.split(',').map((pair): [string, string] => {
    const at = pair.indexOf('=')
    return at < 0
      ? [pair.trim().toLowerCase(), '']
      : [pair.slice(0, at).trim().toLowerCase(), pair.slice(at + 1).trim()]
  })
  return new Map(pairs)
})
