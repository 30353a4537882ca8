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
  'abs at_least at_most capitalize ceil divided_by first floor join last lstrip minus modulo plus remove remove_first ' +
  'replace replace_first round rstrip size split squish strip_newlines times truncate url_encode base64_encode'
).split(' ')

/** A pipe of our own: what it does depends on its value, its arguments and the time, and on nothing else. */
export type Pipe = (value: unknown, args: readonly unknown[], now: number) => unknown

const OWN: { readonly [name: string]: Pipe } = {
  digits: (value) => String(value).replace(/\D/g, ''),
  md5: (value) => digest('md5', value),
  sha1: (value) => digest('sha1', value),
  sha256: (value) => digest('sha256', value),
  upcase: (value) => String(value).toUpperCase(),
  downcase: (value) => String(value).toLowerCase(),
  strip: (value) => String(value).trim(),
  append: (value, [text]) => String(value) + String(text ?? ''),
  prepend: (value, [text]) => String(text ?? '') + String(value),
  slice: (value, [start, length]) => slice(String(value), Number(start ?? 0), Number(length ?? 1)),
  string: (value) => String(value),
  number: (value) => (/^-?\d+(\.\d+)?$/.test(String(value).trim()) ? Number(value) : null),
  map: (value, [table]) => translations(String(table ?? '')).get(String(value).trim().toLowerCase()) ?? null,
  age: (value, _, now) => ageAt(String(value), now),
  date: (value, [format], now) => formatDate(String(value), String(format ?? 'YYYY-MM-DD'), now),
}

const PIPES: ReadonlyMap<string, Pipe> = new Map<string, Pipe>([
  ...Object.entries(OWN).map(([name, pipe]): [string, Pipe] => [
    name,
    (value, args, now) => (isAbsent(value) ? null : pipe(value, args, now)),
  ]),
  ['default', (value, [fallback]) => (isAbsent(value) ? fallback : value)],
])

/** @returns a pipe that runs without the template engine, or null */
export function pipeNamed(name: string): Pipe | null {
  return PIPES.get(name) ?? null
}

/** Names of all pipes, for the operator who misspelt one. */
export const PIPE_NAMES: readonly string[] = [...KEPT, ...PIPES.keys()].sort()

interface EngineThis {
  readonly context: { readonly environments: object }
}

/** Leaves the engine with the pipes above and no other. */
export function installPipes(engine: Liquid): void {
  const kept = KEPT.map((name) => [name, engine.filters[name]] as const)
  for (const name of Object.keys(engine.filters)) engine.unregisterFilter(name)
  for (const [name, filter] of kept) {
    if (typeof filter !== 'function') throw new Error(`liquidjs has no plain filter ${name}`)
    engine.registerFilter(name, function (this: unknown, value: unknown, ...args: unknown[]) {
      return isAbsent(value) ? null : Reflect.apply(filter, this, [value, ...args])
    })
  }
  for (const [name, pipe] of PIPES) {
    engine.registerFilter(name, function (this: EngineThis, value: unknown, ...args: unknown[]) {
      return pipe(value, args, (this.context.environments as { readonly [NOW]?: number })[NOW] ?? 0)
    })
  }
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}

function digest(algorithm: 'md5' | 'sha1' | 'sha256', value: unknown): string {
  return createHash(algorithm).update(String(value)).digest('hex')
}

/** Counts from the end where the start is negative. */
function slice(text: string, start: number, length: number): string {
  const from = start < 0 ? text.length + start : start
  return text.slice(Math.max(0, from), Math.max(0, from + length))
}

/** Reads `CA=California,TX=Texas`. */
const translations = memo((table): ReadonlyMap<string, string> => {
  const pairs = table.split(',').map((pair): [string, string] => {
    const [key = '', ...value] = pair.split('=')
    return [key.trim().toLowerCase(), value.join('=').trim()]
  })
  return new Map(pairs)
})
