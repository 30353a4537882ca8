/**
 * One example made from a JSON schema: what its own examples, constants and bounds say. A test holds every example against
 * its schema, so that what cannot be guessed here must be given beside the schema.
 */
import type { JsonMap } from './shapes'

const MAX_DEPTH = 12

const BY_FORMAT: { readonly [format: string]: string } = {
  'date-time': '2026-11-20T09:00:00Z',
  date: '2026-11-20',
  uri: 'https://buyer.example/leads',
  email: 'maria@example.com',
}

export interface Sampler {
  readonly schemas: { readonly [name: string]: JsonMap }
  /** Whether members that may be left out are shown too: in answers they are, in requests they are not. */
  readonly whole: boolean
}

/** @returns a value of the schema */
export function sampleOf(schema: JsonMap, sampler: Sampler, depth = 0): unknown {
  if (depth > MAX_DEPTH) return null
  const next = (inner: unknown) => sampleOf(inner as JsonMap, sampler, depth + 1)
  if (schema.example !== undefined) return schema.example
  if (Array.isArray(schema.examples)) return schema.examples[0]
  if (typeof schema.$ref === 'string') return next(sampler.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {})
  if (schema.const !== undefined) return schema.const
  if (schema.default !== undefined) return schema.default
  if (Array.isArray(schema.enum)) return schema.enum[0]
  if (Array.isArray(schema.allOf)) return Object.assign({}, ...schema.allOf.map(next))
  const branches = (schema.anyOf ?? schema.oneOf) as JsonMap[] | undefined
  if (branches !== undefined) return next(branches.find(({ type }) => type !== 'null') ?? {})
  const type = Array.isArray(schema.type) ? schema.type.find((one) => one !== 'null') : schema.type
  switch (type) {
    case 'object':
      return sampleObject(schema, sampler, next)
    case 'array':
      return typeof schema.items === 'object' ? [next(schema.items)] : []
    case 'string':
      return (BY_FORMAT[String(schema.format)] ?? 'text').padEnd(Number(schema.minLength ?? 0), '-')
    case 'number':
    case 'integer':
      return typeof schema.minimum === 'number' ? schema.minimum : 1
    case 'boolean':
      return true
    default:
      return null
  }
}

function sampleObject(schema: JsonMap, { whole }: Sampler, next: (schema: unknown) => unknown): object {
  const required = new Set((schema.required ?? []) as readonly string[])
  const members = Object.entries((schema.properties ?? {}) as JsonMap)
  return Object.fromEntries(
    members.filter(([name]) => whole || required.has(name)).map(([name, member]) => [name, next(member)]),
  )
}
