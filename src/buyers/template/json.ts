/**
 * Writes JSON bodies.
 *
 * Each leaf is rendered on its own and quoted by JSON.stringify: what a lead holds can become the content of a string and
 * nothing else. The parts of a template that never change are quoted once, when it is compiled.
 */
import type { TemplateNode } from '../../contracts/buyer-contract'
import type { Scope } from './scope'
import { compileText, plainText } from './text'
import { assertSpread, isObject, memberName, namesIn, SPREAD, spreadFields } from './tree'

/** Writes one node; null where its value is absent. */
type Write = (scope: Scope) => string | null

/** @throws TemplateError where a text of the tree is malformed */
export function compileJson(template: TemplateNode): (scope: Scope) => string {
  const write = compileNode(template, namesIn(template))
  return (scope) => write(scope) ?? 'null'
}

function compileNode(node: TemplateNode, named: ReadonlySet<string>): Write {
  if (typeof node === 'string') return compileLeaf(node)
  if (Array.isArray(node)) {
    const items = node.map((item: TemplateNode) => compileNode(item, named))
    return (scope) => `[${items.map((write) => write(scope) ?? 'null').join()}]`
  }
  if (isObject(node)) return compileObject(node, named)
  const constant = JSON.stringify(node)
  return () => constant
}

function compileLeaf(source: string): Write {
  const text = compileText(source)
  const { only } = text
  if (only !== null) {
    return (scope) => {
      const value = only.read(scope)
      return value === null ? null : JSON.stringify(value)
    }
  }
  if (text.names.length === 0 && text.parts.every((part) => typeof part === 'string')) {
    const constant = JSON.stringify(source)
    return () => constant
  }
  return (scope) => JSON.stringify(plainText(text, scope))
}

/** What counts as absent for a member that may be left out. */
const EMPTY = new Set(['null', '""', '{}', '[]'])

interface Member {
  readonly prefix: string
  readonly optional: boolean
  readonly write: Write
}

function compileObject(node: { readonly [name: string]: TemplateNode }, named: ReadonlySet<string>): Write {
  const members = Object.entries(node).map(([written, child]) => compileMember(written, child, named))
  return (scope) => {
    let body = ''
    for (const { prefix, optional, write } of members) {
      const value = write(scope)
      if (prefix === '') {
        if (value !== null) body += body === '' ? value : `,${value}`
        continue
      }
      if (optional && (value === null || EMPTY.has(value))) continue
      body += `${body === '' ? '' : ','}${prefix}${value ?? 'null'}`
    }
    return `{${body}}`
  }
}

/** A spread is a member without a name of its own: it writes whole members, or null where there are none. */
function compileMember(written: string, child: TemplateNode, named: ReadonlySet<string>): Member {
  if (written === SPREAD) {
    assertSpread(child)
    const write: Write = (scope) => {
      const members = spreadFields(scope, named).map(
        (name) => `${JSON.stringify(name)}:${JSON.stringify(scope.value(name))}`,
      )
      return members.length === 0 ? null : members.join()
    }
    return { prefix: '', optional: true, write }
  }
  const { name, optional } = memberName(written)
  return { prefix: `${JSON.stringify(name)}:`, optional, write: compileNode(child, named) }
}
