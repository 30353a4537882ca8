/**
 * Corrects what the generator makes of schemas that JSON Schema says otherwise.
 *
 * An answer that extends a strict body becomes "all of" that body, which allows nothing further, and the further members: no
 * value satisfies both, so the two are merged. A pattern with flags keeps them as text, which no pattern knows.
 */
import type { JsonMap } from './shapes'

type Schemas = { [name: string]: JsonMap }

/** Changes the value in place. */
export function tidySchemas(value: unknown, schemas: Schemas): void {
  if (typeof value !== 'object' || value === null) return
  const node = value as JsonMap
  if (typeof node.pattern === 'string') node.pattern = portable(node.pattern)
  if (Array.isArray(node.allOf)) mergeExtended(node, schemas)
  for (const inner of Object.values(node)) tidySchemas(inner, schemas)
}

function mergeExtended(node: JsonMap, schemas: Schemas): void {
  const [base, extension] = node.allOf as readonly JsonMap[]
  const extended = typeof base?.$ref === 'string' ? schemas[base.$ref.split('/').at(-1) ?? ''] : undefined
  if (extended === undefined || extension === undefined) return
  if (Array.isArray(extended.allOf)) mergeExtended(extended, schemas)
  if (extended.additionalProperties !== false && extension.additionalProperties !== false) return
  const { allOf: _, ...own } = node
  const merged = {
    ...own,
    type: 'object',
    properties: { ...(extended.properties as JsonMap), ...(extension.properties as JsonMap) },
    required: [...new Set([...listOf(extended.required), ...listOf(extension.required)])],
  }
  for (const name of Object.keys(node)) delete node[name]
  // A copy: what is corrected in one place must not be met, half corrected, in another.
  Object.assign(node, structuredClone(merged))
}

/** Without flags, and without classes that only a pattern with flags knows; no JSON text holds half a character. */
function portable(pattern: string): string {
  return pattern
    .replace(/\$\/[a-z]+$/, '$')
    .replaceAll('\\p{Cc}', '\\u0000-\\u001f\\u007f-\\u009f')
    .replaceAll('\\p{Cs}', '')
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
