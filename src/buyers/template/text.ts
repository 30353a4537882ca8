/**
 * One text with placeholders, compiled once.
 *
 * Only output is taken, no tags: a template is a list of values in their places, never a program. A placeholder that names
 * a field and nothing more is read without the template engine, since most are and each buyer of each lead pays for it.
 */
import { Liquid, Output, type Template, TokenKind } from 'liquidjs'
import type { FieldValue } from '../../core/lead/fields'
import { memo } from '../memo'
import { installPipes, type Pipe, pipeNamed } from './pipes'
import { type Scope, textOf, type Value } from './scope'

/** What is wrong with a template, in words for the operator. */
export class TemplateError extends Error {}

export interface Placeholder {
  read(scope: Scope): Value
}

export interface CompiledText {
  readonly parts: readonly (string | Placeholder)[]
  /** The placeholder that is the whole text: its value keeps its type. */
  readonly only: Placeholder | null
  /** Names that the placeholders read. */
  readonly names: readonly string[]
}

/** Longer than any value of a lead; a pipe that repeats itself beyond that is a mistake. */
const MAX_RENDERED_CHARS = 65_536

const engine = new Liquid({
  strictFilters: true,
  ownPropertyOnly: true,
  keepOutputType: true,
  parseLimit: 32_768,
  memoryLimit: 1_000_000,
  templates: {},
})
for (const name of Object.keys(engine.tags)) delete engine.tags[name]
installPipes(engine)

type Outcome = { readonly text: CompiledText } | { readonly error: string }

const compiled = memo((source): Outcome => {
  try {
    return { text: compile(source) }
  } catch (error) {
    return { error: error instanceof Error ? (error.message.split('\n')[0] ?? 'malformed') : 'malformed' }
  }
})

/** @throws TemplateError where the text is malformed, names an unknown pipe, or holds a tag */
export function compileText(source: string): CompiledText {
  const outcome = compiled(source)
  if ('error' in outcome) throw new TemplateError(outcome.error)
  return outcome.text
}

function compile(source: string): CompiledText {
  if (!source.includes('{{') && !source.includes('{%'))
    return { parts: source === '' ? [] : [source], only: null, names: [] }
  if (source.includes('{%')) throw new TemplateError('tags ({% … %}) are not taken, only placeholders ({{ … }})')
  const templates = engine.parse(source)
  const parts = templates.map((template) => (template instanceof Output ? placeholder(template) : literal(template)))
  const [first] = parts
  return {
    parts,
    only: parts.length === 1 && typeof first === 'object' ? first : null,
    names: [...new Set(engine.variableSegmentsSync(templates).flatMap(rootNames))],
  }
}

/** An expression in brackets may name further variables; what it reads counts too. */
function rootNames(segments: readonly unknown[]): string[] {
  const [root, ...rest] = segments
  const nested = rest.flatMap((segment) => (Array.isArray(segment) ? rootNames(segment) : []))
  return [...(Array.isArray(root) ? rootNames(root) : [String(root)]), ...nested]
}

function literal(template: Template): string {
  return String(engine.renderSync([template], {}))
}

const PLAIN = /^\{\{-?\s*([A-Za-z_][A-Za-z0-9_]*)(?:\.([A-Za-z_][A-Za-z0-9_]*))?\s*(?:\||-?\}\})/
/** Liquid's own words are values, not names of fields. */
const WORDS = new Set(['true', 'false', 'nil', 'null', 'empty', 'blank'])

function placeholder(template: Output): Placeholder {
  const [, name = '', member] = PLAIN.exec(template.token.getText()) ?? []
  const isField = name !== '' && member === undefined && !WORDS.has(name)
  const isCapture = name === 'ping' && member !== undefined
  const pipes = template.value.initial.postfix.length === 1 ? directPipes(template) : null
  if (pipes === null || !(isField || isCapture)) return { read: (scope) => throughEngine(template, scope) }
  const read = isField ? (scope: Scope) => scope.value(name) : (scope: Scope) => scope.captured(member ?? '')
  if (pipes.length === 0) return { read }
  return {
    read(scope) {
      let value: unknown = read(scope)
      for (const { pipe, args } of pipes) value = pipe(value, args, scope.now)
      return bounded(valueFrom(value))
    },
  }
}

interface DirectPipe {
  readonly pipe: Pipe
  readonly args: readonly unknown[]
}

/** @returns the pipes with their arguments, where all are our own and their arguments fixed; null otherwise */
function directPipes({ value: { filters } }: Output): readonly DirectPipe[] | null {
  const direct: DirectPipe[] = []
  for (const { name, args } of filters) {
    const pipe = pipeNamed(name)
    if (pipe === null) return null
    const fixed = args.map((arg) => (typeof arg === 'object' && 'kind' in arg && FIXED.has(arg.kind) ? arg : null))
    if (fixed.includes(null)) return null
    direct.push({ pipe, args: fixed.map((arg) => engine.evalValueSync(arg?.getText() ?? '', {})) })
  }
  return direct
}

const FIXED: ReadonlySet<TokenKind> = new Set([TokenKind.Number, TokenKind.Quoted])

function throughEngine(template: Output, scope: Scope): Value {
  return bounded(valueFrom(engine.renderSync([template], scope.variables())))
}

function bounded(value: Value): Value {
  if (typeof value === 'string' && value.length > MAX_RENDERED_CHARS)
    throw new TemplateError('a placeholder grew too long')
  return value
}

function valueFrom(raw: unknown): Value {
  switch (typeof raw) {
    case 'string':
    case 'boolean':
      return raw
    case 'number':
      return Number.isFinite(raw) ? raw : null
    case 'object':
      return Array.isArray(raw) ? raw.filter(isFieldValue) : null
    default:
      return null
  }
}

function isFieldValue(item: unknown): item is FieldValue {
  return typeof item === 'string' || typeof item === 'boolean' || (typeof item === 'number' && Number.isFinite(item))
}

/** @param encode makes a value safe for the place where it stands; literal parts are left as the operator wrote them */
export function renderText(text: CompiledText, scope: Scope, encode: (value: string) => string): string {
  let rendered = ''
  for (const part of text.parts) rendered += typeof part === 'string' ? part : encode(textOf(part.read(scope)))
  return rendered
}

/** @returns the text as it reads, for whoever makes all of it safe at once. */
export function plainText(text: CompiledText, scope: Scope): string {
  return renderText(text, scope, (value) => value)
}
