/**
 * Writes forms and query strings.
 *
 * Every value is percent-encoded, so that none can add a parameter. A template that is one text is taken as the operator
 * wrote it, which is how positional query strings are made; its values are encoded all the same.
 */
import type { TemplateNode } from '../../contracts/buyer-contract'
import { type Scope, textOf } from './scope'
import { type CompiledText, compileText, plainText, renderText } from './text'
import { assertSpread, isObject, memberName, namesIn, SPREAD, spreadFields } from './tree'

/** Percent-encodes everything but unreserved characters; a lone surrogate becomes the replacement character. */
export function encodePart(value: string): string {
  return encodeURIComponent(value.toWellFormed()).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

interface Pair {
  /** Encoded, with its `=`; null for a spread. */
  readonly prefix: string | null
  readonly optional: boolean
  readonly text: CompiledText
}

/** @throws TemplateError where a text of the tree is malformed */
export function compileForm(template: TemplateNode): (scope: Scope) => string {
  if (typeof template === 'string') {
    const text = compileText(template)
    return (scope) => renderText(text, scope, encodePart)
  }
  const named = namesIn(template)
  const pairs = pairsOf(template, '', false)
  return (scope) => {
    const written: string[] = []
    for (const { prefix, optional, text } of pairs) {
      if (prefix === null) {
        for (const name of spreadFields(scope, named)) {
          written.push(`${encodePart(name)}=${encodePart(textOf(scope.value(name)))}`)
        }
        continue
      }
      const value = encodePart(plainText(text, scope))
      if (!(optional && value === '')) written.push(prefix + value)
    }
    return written.join('&')
  }
}

/** Nested members become `address[city]`, items of a list `tags[]`, as most form readers take them. */
function pairsOf(node: TemplateNode, name: string, optional: boolean): Pair[] {
  if (Array.isArray(node)) return node.flatMap((item: TemplateNode) => pairsOf(item, `${name}[]`, optional))
  if (isObject(node)) {
    return Object.entries(node).flatMap(([written, child]) => {
      if (written === SPREAD) {
        assertSpread(child)
        return [{ prefix: null, optional: true, text: compileText('') }]
      }
      const member = memberName(written)
      const nested = name === '' ? member.name : `${name}[${member.name}]`
      return pairsOf(child, nested, optional || member.optional)
    })
  }
  const text = compileText(node === null ? '' : String(node))
  return [{ prefix: `${encodePart(name).replaceAll('%5B', '[').replaceAll('%5D', ']')}=`, optional, text }]
}
