/**
 * The body of an answer as a tree that paths can be read from.
 *
 * What the body looks like decides, not what the buyer says it is: XML with a JSON content type is XML. Wrappings are opened:
 * XML escaped inside of XML, XML or JSON inside of a JSON string, at the top here and further down when a path leads there.
 */
import type { AnswerFormat } from '../../contracts/buyer-contract'
import { parseJson } from './json'
import { decodeReferences, isWebPage, parseXml } from './xml'

export type Tree = { readonly format: 'json' | 'xml' | 'form'; readonly root: unknown }

export interface Document {
  /** The whole body without white space around it, unwrapped where it is a JSON string. */
  readonly text: string
  /** Null where the body has no structure: empty, plain text, a web page, or cut off. */
  readonly tree: Tree | null
  /** What was found inside of texts, by text. */
  readonly nested: Map<string, Tree | null>
}

/**
 * @param format what the contract says the body is; otherwise told from the body
 * @param contentType what the buyer says that it is, in lower case; asked only where a form may be what is left
 */
export function readDocument(text: string, format: AnswerFormat | undefined, contentType: () => string): Document {
  const nested = new Map<string, Tree | null>()
  if (text === '' || format === 'text') return { text, tree: null, nested }
  if (format === 'form') return { text, tree: parseForm(text), nested }
  const tree = parseStructure(text) ?? looseTree(text, format, contentType)
  // A body that is one quoted text is that text, or what the text holds.
  if (tree?.format === 'json' && typeof tree.root === 'string') {
    const inner = tree.root.trim()
    return { text: inner, tree: parseStructure(inner), nested }
  }
  return { text, tree: tree === null || !isStructure(tree.root) ? null : tree, nested }
}

function looseTree(text: string, format: AnswerFormat | undefined, contentType: () => string): Tree | null {
  if (format === 'xml' && isWebPage(text)) return null
  const looksLikeForm = /^[\w.[\]%+-]{1,100}=[^\r\n]*$/.test(text)
  return looksLikeForm || (text.includes('=') && contentType().includes('x-www-form-urlencoded'))
    ? parseForm(text)
    : null
}

/** @returns JSON or XML, told by how the text begins */
function parseStructure(text: string): Tree | null {
  const first = text[0]
  if (first === '{' || first === '[' || first === '"') {
    const root = parseJson(text)
    return root === undefined ? null : { format: 'json', root }
  }
  const markup = text.startsWith('&lt;') ? decodeReferences(text) : text
  if (!markup.startsWith('<')) return null
  const root = parseXml(markup)
  return root === undefined ? null : { format: 'xml', root }
}

/** @returns the structure inside of a text, or null */
export function parseNested(document: Document, text: string): Tree | null {
  const known = document.nested.get(text)
  if (known !== undefined) return known
  const trimmed = text.trim()
  const tree = parseStructure(trimmed)
  const found = tree !== null && isStructure(tree.root) ? tree : null
  document.nested.set(text, found)
  return found
}

function isStructure(root: unknown): boolean {
  return typeof root === 'object' && root !== null
}

const MAX_FORM_PAIRS = 1_000

function parseForm(text: string): Tree {
  const root = Object.create(null) as { [name: string]: string | string[] }
  let pairs = 0
  for (const [name, value] of new URLSearchParams(text)) {
    if (pairs === MAX_FORM_PAIRS) break
    pairs += 1
    const before = root[name]
    if (before === undefined) root[name] = value
    else if (typeof before === 'string') root[name] = [before, value]
    else before.push(value)
  }
  return { format: 'form', root }
}
