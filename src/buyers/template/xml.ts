/**
 * Writes XML bodies, from a tree of elements or from a text with placeholders.
 *
 * Values are escaped for both text and attributes, and characters that XML cannot hold are dropped. In a text, a
 * placeholder may stand in an element, in a quoted attribute or in a CDATA section, nowhere else.
 */
import type { TemplateNode } from '../../contracts/buyer-contract'
import { type Scope, textOf } from './scope'
import { compileText, type Placeholder, plainText, TemplateError } from './text'
import { assertSpread, isObject, memberName, namesIn, SPREAD, spreadFields } from './tree'

/** Names in ASCII: what templates need of the many that XML knows. */
export function isXmlName(name: string): boolean {
  return /^[A-Za-z_][\w.:-]*$/.test(name)
}

const ESCAPES: { readonly [char: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** Escapes a value for an element or an attribute in either kind of quotes. */
export function escapeXml(value: string): string {
  return legal(value).replace(/[&<>"']/g, (char) => ESCAPES[char] ?? char)
}

function legal(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that XML 1.0 cannot hold
  return value.toWellFormed().replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
}

/** Leaves the section for each character that could take part in ending it, wherever the rest of that end comes from. */
function inCdata(value: string): string {
  return legal(value).replace(/[\]>]/g, (char) => `]]>${char === '>' ? '&gt;' : '&#93;'}<![CDATA[`)
}

/** @throws TemplateError where a text is malformed or a placeholder stands where no value can */
export function compileXml(template: TemplateNode): (scope: Scope) => string {
  if (typeof template === 'string') return compileXmlText(template)
  if (!isObject(template)) throw new TemplateError('an XML template is a text or an object')
  const names = Object.keys(template)
  const [only = ''] = names
  const hasRoot = names.length === 1 && only !== SPREAD && isObject(template[only] ?? null)
  const write = hasRoot
    ? compileElements(template, namesIn(template))
    : compileElements({ lead: template }, namesIn(template))
  return (scope) => `<?xml version="1.0" encoding="UTF-8"?>${write(scope)}`
}

type Write = (scope: Scope) => string

function compileElements(node: { readonly [name: string]: TemplateNode }, named: ReadonlySet<string>): Write {
  const writes = Object.entries(node)
    .filter(([written]) => !written.startsWith('@') && written !== '#text')
    .flatMap(([written, child]) => {
      if (written === SPREAD) return [spread(child, named)]
      const items: readonly TemplateNode[] = Array.isArray(child) ? child : [child]
      return items.map((item) => compileElement(written, item, named))
    })
  return (scope) => writes.map((write) => write(scope)).join('')
}

function spread(child: TemplateNode, named: ReadonlySet<string>): Write {
  assertSpread(child)
  return (scope) =>
    spreadFields(scope, named)
      .map((name) => `<${name}>${escapeXml(textOf(scope.value(name)))}</${name}>`)
      .join('')
}

function compileElement(written: string, node: TemplateNode, named: ReadonlySet<string>): Write {
  const { name, optional } = memberName(written)
  if (!isXmlName(name)) throw new TemplateError(`${name} is not a name of an XML element`)
  const attributes = isObject(node) ? compileAttributes(node) : () => ''
  const content = compileContent(node, named)
  return (scope) => {
    const inner = content(scope)
    const attached = attributes(scope)
    return optional && inner === '' && attached === '' ? '' : `<${name}${attached}>${inner}</${name}>`
  }
}

function compileContent(node: TemplateNode, named: ReadonlySet<string>): Write {
  if (!isObject(node)) {
    const text = compileText(node === null ? '' : String(node))
    return (scope) => escapeXml(plainText(text, scope))
  }
  const text = compileText(String(node['#text'] ?? ''))
  const children = compileElements(node, named)
  return (scope) => escapeXml(plainText(text, scope)) + children(scope)
}

function compileAttributes(node: { readonly [name: string]: TemplateNode }): Write {
  const attributes = Object.entries(node)
    .filter(([written]) => written.startsWith('@'))
    .map(([written, child]) => {
      const { name, optional } = memberName(written.slice(1))
      if (!isXmlName(name)) throw new TemplateError(`${name} is not a name of an XML attribute`)
      return { name, optional, text: compileText(child === null ? '' : String(child)) }
    })
  return (scope) => {
    let written = ''
    for (const { name, optional, text } of attributes) {
      const value = escapeXml(plainText(text, scope))
      if (!(optional && value === '')) written += ` ${name}="${value}"`
    }
    return written
  }
}

function compileXmlText(source: string): Write {
  const { parts } = compileText(source)
  let context: Context = 'text'
  const writes = parts.map((part): string | { placeholder: Placeholder; encode: (value: string) => string } => {
    if (typeof part === 'string') {
      context = contextAfter(part, context)
      // Literal text of a template may hold what a lead must not; the operator wrote it.
      return part
    }
    if (context === 'tag' || context === 'comment')
      throw new TemplateError(`a placeholder stands inside of a ${context}`)
    return { placeholder: part, encode: context === 'cdata' ? inCdata : escapeXml }
  })
  return (scope) => {
    let written = ''
    for (const item of writes) {
      written += typeof item === 'string' ? item : item.encode(textOf(item.placeholder.read(scope)))
    }
    return written
  }
}

/** Where in a document the next character stands. */
type Context = 'text' | 'tag' | 'comment' | 'cdata' | 'double' | 'single'

function contextAfter(part: string, before: Context): Context {
  let context = before
  for (let at = 0; at < part.length; at += 1) {
    const [next, length] = transition(part, at, context)
    context = next
    at += length - 1
  }
  return context
}

/** @returns the context after the token at this place, and the token's length */
function transition(part: string, at: number, context: Context): readonly [Context, number] {
  const starts = (token: string): boolean => part.startsWith(token, at)
  switch (context) {
    case 'text':
      if (starts('<!--')) return ['comment', 4]
      if (starts('<![CDATA[')) return ['cdata', 9]
      return [starts('<') ? 'tag' : 'text', 1]
    case 'tag':
      if (starts('"')) return ['double', 1]
      if (starts("'")) return ['single', 1]
      return [starts('>') ? 'text' : 'tag', 1]
    case 'comment':
      return starts('-->') ? ['text', 3] : ['comment', 1]
    case 'cdata':
      return starts(']]>') ? ['text', 3] : ['cdata', 1]
    case 'double':
      return [starts('"') ? 'tag' : 'double', 1]
    case 'single':
      return [starts("'") ? 'tag' : 'single', 1]
  }
}
