/** What a credential may do, by whom it speaks for. The same words for API keys and for OAuth clients. */
import { z } from '@hono/zod-openapi'

export type Role = 'supplier' | 'buyer' | 'operator'

export const SCOPES = {
  supplier: ['ping', 'post', 'webhook'],
  buyer: ['leads:read', 'leads:write', 'webhook'],
  operator: ['admin', 'admin:read'],
} as const satisfies { readonly [role in Role]: readonly string[] }

export type Scope = (typeof SCOPES)[Role][number]

export const ALL_SCOPES: readonly Scope[] = [...new Set(Object.values(SCOPES).flat())]

/** @returns what a credential of the role may do unless the operator says otherwise: everything its role can */
export function defaultScopes(role: Role): readonly Scope[] {
  return role === 'operator' ? ['admin'] : SCOPES[role]
}

/** Whether the scopes that a credential has cover the one that a call needs; who may change everything may read it. */
export function coversScope(held: readonly string[], needed: Scope): boolean {
  return held.includes(needed) || (needed === 'admin:read' && held.includes('admin'))
}

export const roleSchema = z.enum(['supplier', 'buyer', 'operator'])

export const scopesSchema = z
  .array(z.enum(ALL_SCOPES))
  .min(1, 'at least one scope')
  .transform((scopes) => [...new Set(scopes)])
  .openapi({ type: 'array', items: { type: 'string', enum: [...ALL_SCOPES] }, example: ['ping', 'post'] })
