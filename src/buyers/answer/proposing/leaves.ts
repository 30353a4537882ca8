/**
 * The values of an answer, each with a path that finds it again.
 *
 * Of a list only the first item is walked: what is proposed must hold for any answer of the kind, however many items it has.
 */
import { type Document, parseNested, type Tree } from '../document'
import { findIn, parsePath, type Scalar, scalarsAt } from '../path'

export interface Leaf {
  readonly path: string
  /** The last name on the path, in lower case and without signs: `bid_price` and `BidPrice` are both `bidprice`. */
  readonly name: string
  /** The same of the name above it; '' at the top. */
  readonly parent: string
  readonly depth: number
  /** Null where nothing stands there: null, an empty text or list. */
  readonly value: Scalar | null
}

export interface List {
  readonly path: string
  /** What stands in its first item, with paths from there. */
  readonly item: readonly Leaf[]
}

export interface Outline {
  readonly leaves: readonly Leaf[]
  /** Lists of objects. */
  readonly lists: readonly List[]
}

const MAX_DEPTH = 8
const MAX_LEAVES = 300

/** @returns nothing where the document has no structure */
export function outlineOf(document: Document): Outline {
  const walk = new Walk(document)
  if (document.tree !== null) walk.enter(document.tree, { path: '', names: [] })
  return {
    leaves: walk.leaves.filter(({ path }) => isFound(document, path)),
    lists: walk.lists.filter(({ path }) => isFound(document, path)),
  }
}

/** A name that no path can spell is passed over. */
function isFound(document: Document, path: string): boolean {
  const parsed = parsePath(path)
  return parsed !== null && findIn(document, parsed) !== null
}

interface Place {
  readonly path: string
  readonly names: readonly string[]
}

class Walk {
  readonly leaves: Leaf[] = []
  readonly lists: List[] = []

  constructor(private readonly document: Document) {}

  /** The root element of XML is left out, as paths may, so that they read the same answer in JSON. */
  enter({ format, root }: Tree, at: Place): void {
    if (format === 'form') {
      for (const [name, value] of Object.entries(root as object)) this.add({ path: name, names: [name] }, value, false)
      return
    }
    if (format === 'json') {
      this.add(at, root, false)
      return
    }
    const [[name, content] = ['', null]] = Object.entries(root as object)
    const isBare = typeof content !== 'object' || content === null
    this.add(isBare && this.inner(content, true) === null ? within(at, name) : at, content, true)
  }

  private add(at: Place, value: unknown, isXml: boolean): void {
    if (this.leaves.length >= MAX_LEAVES || at.names.length > MAX_DEPTH) return
    if (Array.isArray(value)) {
      const [first] = value
      const isList = typeof first === 'object' && first !== null && !Array.isArray(first)
      if (isList) this.lists.push({ path: at.path, item: this.itemOf(first, isXml) })
      this.add(first === undefined ? at : { ...at, path: `${at.path}[0]` }, first ?? null, isXml)
      return
    }
    const inner = this.inner(value, isXml)
    if (inner !== null) {
      this.enter(inner, at)
      return
    }
    if (typeof value !== 'object' || value === null) {
      this.leaf(at, scalarsAt({ value, isXml })[0] ?? null)
      return
    }
    for (const [name, child] of Object.entries(value)) {
      if (name === '#text') this.leaf(at, scalarsAt({ value: child, isXml })[0] ?? null)
      else if (!isXml || !IGNORED.test(name)) this.add(within(at, name), child, isXml)
    }
  }

  private leaf({ path, names }: Place, value: Scalar | null): void {
    if (path === '') return
    const [parent = '', name = ''] = ['', ...names].slice(-2)
    const depth = names.length
    this.leaves.push({ path, name: plain(name), parent: plain(parent), depth, value: value === '' ? null : value })
  }

  private inner(value: unknown, isXml: boolean): Tree | null {
    const text: unknown =
      isXml && typeof value === 'object' && value !== null && '#text' in value ? value['#text'] : value
    if (typeof text !== 'string') return null
    const [decoded = ''] = scalarsAt({ value: text, isXml })
    return parseNested(this.document, String(decoded))
  }

  private itemOf(item: object, isXml: boolean): readonly Leaf[] {
    const walk = new Walk(this.document)
    walk.add({ path: '', names: [] }, item, isXml)
    return walk.leaves
  }
}

/** What XML says about itself. */
const IGNORED = /^@(?:xmlns|schemaLocation|noNamespaceSchemaLocation|nil|encodingStyle)/

function within({ path, names }: Place, name: string): Place {
  const isPlain = /^@?[^.[\]@'"$]+$/.test(name)
  const quoted = name.includes("'") ? `["${name}"]` : `['${name}']`
  const joined = isPlain ? `${path === '' ? '' : `${path}.`}${name}` : path + quoted
  return { path: joined, names: [...names, name] }
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}
