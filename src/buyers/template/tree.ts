/**
 * What template trees have in common, whichever format they are written in.
 *
 * Two member names are special: `"*": "fields"` stands for all fields that may be sent and that the template does not name
 * itself, and a name that ends in `?` is left out where its value is absent.
 */
import type { TemplateNode } from '../../contracts/buyer-contract'
import type { Scope } from './scope'
import { compileText, TemplateError } from './text'

export const SPREAD = '*'

/** The template of a contract that has none. */
export const ALL_FIELDS: TemplateNode = { '*': 'fields' }

export function isObject(node: TemplateNode): node is { readonly [name: string]: TemplateNode } {
  return typeof node === 'object' && node !== null && !Array.isArray(node)
}

/** @returns all texts in the tree, with the path of each. */
export function leavesOf(node: TemplateNode, path = ''): { readonly path: string; readonly text: string }[] {
  if (typeof node === 'string') return [{ path, text: node }]
  if (Array.isArray(node)) return node.flatMap((item, index) => leavesOf(item, `${path}[${index}]`))
  if (!isObject(node)) return []
  return Object.entries(node).flatMap(([name, child]) =>
    name === SPREAD ? [] : leavesOf(child, path === '' ? name : `${path}.${name}`),
  )
}

/** Names that the tree's placeholders read, so that a spread does not send those fields twice. */
export function namesIn(node: TemplateNode): ReadonlySet<string> {
  return new Set(leavesOf(node).flatMap(({ text }) => compileText(text).names))
}

/** @returns the fields that a spread stands for in one call */
export function spreadFields(scope: Scope, named: ReadonlySet<string>): readonly string[] {
  return scope.sendable().filter((name) => !named.has(name))
}

/** Splits `name?` into the name and whether it is left out where it is absent. */
export function memberName(written: string): { readonly name: string; readonly optional: boolean } {
  if (written.includes('{{')) throw new TemplateError(`the name ${written} holds a placeholder`)
  const optional = written.length > 1 && written.endsWith('?')
  return { name: optional ? written.slice(0, -1) : written, optional }
}

/** @throws TemplateError where a spread asks for anything but the fields */
export function assertSpread(node: TemplateNode): void {
  if (node !== 'fields') throw new TemplateError('"*" takes "fields"')
}
