/**
 * The rules and selectors of a contract, compiled into functions of one answer.
 *
 * Nothing is inferred: a rule on a path of a body that cannot be read holds for nothing, whatever its operator.
 */
import type { AnswerRule, Selector } from '../../contracts/buyer-contract'
import { memo } from '../memo'
import { compilePattern, matchPattern, type Pattern, type PatternBudget } from '../pattern/pattern'
import { isOrdered, means, type Wanted } from './compare'
import type { Document } from './document'
import { type Found, findFrom, findIn, isEmptyAt, type Path, parsePath, scalarsAt } from './path'

/** An answer while it is being read; the body is only parsed when a rule asks for it. */
export interface Reading {
  readonly status: number
  readonly headers: { readonly [name: string]: string }
  readonly budget: PatternBudget
  document(): Document
}

export type CompiledRule = (reading: Reading) => boolean

/** A rule or selector that cannot be compiled, in words for the operator. */
export class AnswerError extends Error {}

/**
 * A rule that names null or an empty text asks whether what is there is empty: `eq` holds for a member that is there and has
 * nothing in it, `ne` where it has. Neither holds for a member that is not there at all.
 *
 * @param absentDiffers whether `ne` holds for what is not there: never where it would make an answer a yes
 */
export function compileRule(rule: AnswerRule, absentDiffers: boolean): CompiledRule {
  const find = compilePlace(rule.on ?? 'body', rule.path)
  const wanted: readonly Wanted[] = Array.isArray(rule.value) ? rule.value : [rule.value ?? null]
  const holds = compileTest(rule, wanted)
  if (rule.op === 'exists') {
    const present = !(rule.value !== undefined && wanted.some((value) => value !== null && means(false, value)))
    return (reading) => {
      const found = find(reading)
      return found !== 'unreadable' && (found !== null && !isEmptyAt(found)) === present
    }
  }
  const wantsEmpty = rule.value !== undefined && wanted.some((value) => value === null || isEmptyText(value))
  const holdsForEmpty = wantsEmpty ? rule.op === 'eq' || rule.op === 'in' : rule.op === 'ne' && absentDiffers
  const holdsForAbsent = !wantsEmpty && rule.op === 'ne' && absentDiffers
  return (reading) => {
    const found = find(reading)
    if (found === 'unreadable') return false
    if (found === null) return holdsForAbsent
    return isEmptyAt(found) ? holdsForEmpty : holds(found, reading.budget)
  }
}

function isEmptyText(value: Wanted): boolean {
  return typeof value === 'string' && value.trim() === ''
}

function compileTest(rule: AnswerRule, wanted: readonly Wanted[]): (found: Found, budget: PatternBudget) => boolean {
  const [first = null] = wanted
  const { op } = rule
  switch (op) {
    case 'eq':
    case 'in':
      return (found) => scalarsAt(found).some((actual) => wanted.some((value) => means(actual, value)))
    case 'ne':
      return (found) => !scalarsAt(found).some((actual) => wanted.some((value) => means(actual, value)))
    case 'contains': {
      const parts = wanted.map((value) => String(value ?? '').toLowerCase())
      return (found) => parts.some((part) => part !== '' && wholeText(found).toLowerCase().includes(part))
    }
    case 'regex': {
      const pattern = patternOf(String(first ?? ''))
      return (found, budget) => matchPattern(pattern, wholeText(found), budget) !== null
    }
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return (found) => scalarsAt(found).some((actual) => isOrdered(op, actual, first))
    case 'exists':
      return () => true
  }
}

/** The text at a place; of what has parts, their JSON, so that `contains` finds a word anywhere below. */
function wholeText(found: Found): string {
  const scalars = scalarsAt(found)
  if (scalars.length > 0) return scalars.join('\n')
  if (typeof found.value !== 'object' || found.value === null) return ''
  try {
    return JSON.stringify(found.value)
  } catch {
    // Nested deeper than the writer's stack: nobody's answer.
    return ''
  }
}

type Place = (reading: Reading) => Found | null | 'unreadable'

function compilePlace(on: 'body' | 'status' | 'header', pathText: string | undefined): Place {
  if (on === 'status') return ({ status }) => ({ value: status, isXml: false })
  if (on === 'header') {
    const name = (pathText ?? '').toLowerCase()
    if (name === '') throw new AnswerError('a header is named in path')
    return ({ headers }) => (Object.hasOwn(headers, name) ? { value: headers[name], isXml: false } : null)
  }
  if (pathText === undefined) {
    return (reading) => {
      const { text } = reading.document()
      return text === '' ? 'unreadable' : { value: text, isXml: false }
    }
  }
  const path = pathOf(pathText)
  return (reading) => {
    const document = reading.document()
    return document.tree === null ? 'unreadable' : findIn(document, path)
  }
}

/** What a selector takes: the value as it stands, or the text that its pattern took. */
export interface Selected {
  readonly value: unknown
}

/** Takes a value from the answer, or from inside of one item of a list; null where nothing is there. */
export type CompiledSelector = (reading: Reading, within?: Found) => Selected | null

export function compileSelector(selector: Selector): CompiledSelector {
  const { on = 'body', path, regex } = typeof selector === 'string' ? { path: selector } : selector
  if (path === undefined && regex === undefined) throw new AnswerError('a selector names a path, a regex or both')
  const find = compilePlace(on, path)
  const inner = path === undefined ? null : pathOf(path)
  const pattern = regex === undefined ? null : patternOf(regex)
  return (reading, within) => {
    const found = within === undefined || inner === null ? find(reading) : findFrom(reading.document(), within, inner)
    if (found === null || found === 'unreadable') return null
    if (pattern === null) return { value: plainValue(found) }
    const match = matchPattern(pattern, wholeText(found), reading.budget)
    return match === null ? null : { value: match.group ?? match.text }
  }
}

/**
 * One plain value as it is; of repeated elements the first; a list stays one, since a list of prices is no price; of what has
 * parts the parts, which no reader of a price or text takes.
 */
function plainValue(found: Found): unknown {
  if (!found.isXml && Array.isArray(found.value)) return found.value
  const [first] = scalarsAt(found)
  return first ?? (isEmptyAt(found) ? null : found.value)
}

/** @returns the first selector's value that is there and not empty; where all that are there are empty, an empty one */
export function firstOf(selectors: readonly CompiledSelector[], reading: Reading, within?: Found): Selected | null {
  let empty: Selected | null = null
  for (const select of selectors) {
    const selected = select(reading, within)
    if (selected === null) continue
    if (selected.value !== null && selected.value !== '') return selected
    empty ??= selected
  }
  return empty
}

/** @returns what stands at the path as text, or null where it is nothing or has parts */
export function textAt(selected: Selected | null): string | null {
  const whole = selected?.value
  const value: unknown = Array.isArray(whole) ? whole[0] : whole
  if (typeof value === 'string') return value.trim() === '' ? null : value.trim()
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null
}

export function pathOf(text: string): Path {
  const path = parsePath(text)
  if (path === null) throw new AnswerError(`${text} is not a path`)
  return path
}

const compiledPattern = memo(compilePattern)

function patternOf(source: string): Pattern {
  const compiled = compiledPattern(source)
  if (!compiled.ok) throw new AnswerError(compiled.reason)
  return compiled.pattern
}
