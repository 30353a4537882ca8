/**
 * Paths into an answer: `data.price`, `bids[0].payout`, `response.@status`, `['odd.name'].x`.
 *
 * In XML the root element may be named or left out, so that one path reads `<response><status>` and `{"status"}` alike. Names
 * are as the buyer writes them.
 */
import { memo } from '../memo'
import { type Document, parseNested, type Tree } from './document'
import { decodeReferences } from './xml'

export type Step = { readonly name: string } | { readonly index: number }

export interface Path {
  readonly text: string
  readonly steps: readonly Step[]
}

/** A place in the answer, and whether its texts still hold references. */
export interface Found {
  readonly value: unknown
  readonly isXml: boolean
}

const STEP = /\[(\d{1,6})\]|\[(?:'([^']*)'|"([^"]*)"|([^\]'"[]+))\]|\.?(@?[^.[\]@]+)/gy

/** @returns the compiled path, or null where it is malformed */
export const parsePath = memo((text): Path | null => {
  const source = text.replace(/^\$\.?/, '')
  const steps: Step[] = []
  STEP.lastIndex = 0
  while (STEP.lastIndex < source.length) {
    const match = STEP.exec(source)
    if (match === null) return null
    const [, index, single, double, bracketed, plain] = match
    if (index !== undefined) steps.push({ index: Number(index) })
    else steps.push({ name: single ?? double ?? bracketed ?? plain ?? '' })
  }
  return { text, steps }
})

/** How many wrappings are opened on the way of one path. */
const MAX_WRAPPINGS = 4

/** @returns what stands at the path, or null; something that is there but empty is still found */
export function findIn(document: Document, path: Path): Found | null {
  const { tree } = document
  if (tree === null) return null
  if (tree.format === 'form' && Object.hasOwn(tree.root as object, path.text)) {
    return { value: (tree.root as { readonly [name: string]: unknown })[path.text], isXml: false }
  }
  return enter(document, tree, path.steps, MAX_WRAPPINGS)
}

/** Walks on from inside of a list item, as the bids of one answer are read. */
export function findFrom(document: Document, from: Found, path: Path): Found | null {
  return walk(document, from, path.steps, MAX_WRAPPINGS)
}

function enter(document: Document, tree: Tree, steps: readonly Step[], wrappings: number): Found | null {
  const isXml = tree.format === 'xml'
  const found = walk(document, { value: tree.root, isXml }, steps, wrappings)
  if (found !== null || !isXml) return found
  const [root] = Object.values(tree.root as object)
  return walk(document, { value: root, isXml }, steps, wrappings)
}

function walk(document: Document, from: Found, steps: readonly Step[], wrappings: number): Found | null {
  let { value } = from
  for (let at = 0; at < steps.length; at += 1) {
    const step = steps[at]
    if (step === undefined || value === null || value === undefined) return null
    const next = child(value, step)
    if (next === undefined) return unwrap(document, { value, isXml: from.isXml }, steps.slice(at), wrappings)
    value = next
  }
  return value === undefined ? null : { value, isXml: from.isXml }
}

/** A name on a list means its first item; `[0]` on a single item means that item, since XML does not tell them apart. */
function child(value: unknown, step: Step): unknown {
  if ('index' in step) {
    if (Array.isArray(value)) return value[step.index]
    return step.index === 0 ? value : undefined
  }
  const holder: unknown = Array.isArray(value) ? value[0] : value
  if (typeof holder !== 'object' || holder === null || !Object.hasOwn(holder, step.name)) return undefined
  return (holder as { readonly [name: string]: unknown })[step.name]
}

function unwrap(document: Document, from: Found, steps: readonly Step[], wrappings: number): Found | null {
  const text = textAt(from)
  if (text === null || wrappings === 0) return null
  const inner = parseNested(document, text)
  return inner === null ? null : enter(document, inner, steps, wrappings - 1)
}

/** @returns the text of a leaf: a text, or an element's text beside its attributes */
function textAt({ value, isXml }: Found): string | null {
  const text: unknown =
    isXml && typeof value === 'object' && value !== null && '#text' in value ? value['#text'] : value
  if (typeof text !== 'string') return null
  return isXml ? decodeReferences(text) : text
}

export type Scalar = string | number | boolean

/** @returns the plain values at a place: one, or those of a list; nothing for what has parts or is null */
export function scalarsAt(found: Found): readonly Scalar[] {
  const { value, isXml } = found
  if (Array.isArray(value))
    return value.flatMap((item) => (Array.isArray(item) ? [] : scalarsAt({ value: item, isXml })))
  const text = textAt(found)
  if (text !== null) return [text.trim()]
  return typeof value === 'number' || typeof value === 'boolean' ? [value] : []
}

/** Whether nothing stands at the place: null, an empty text, list or object, an element that says it is nil. */
export function isEmptyAt({ value, isXml }: Found): boolean {
  if (value === null || value === undefined) return true
  if (typeof value === 'string') return value.trim() === ''
  if (typeof value !== 'object') return false
  const names = Object.keys(value)
  return names.length === 0 || (isXml && names.length === 1 && names[0] === '@nil')
}
