/** What API keys and OAuth clients have in common on the wire: whom they speak for, from where, and how fast. */
import { z } from '@hono/zod-openapi'
import { DEFAULT_REQUESTS_PER_SECOND } from '../core/limits/request-rate'
import { textSchema, wholeNumberSchema } from './configuration'
import { type Role, roleSchema, SCOPES, scopesSchema } from './scopes'

/** How many requests a second are answered, from all over the world; past it the answer is 429. */
export const rateLimitSchema = z
  .strictObject({ per_second: wholeNumberSchema(1, 100_000, 'requests') })
  .openapi({ example: { per_second: DEFAULT_REQUESTS_PER_SECOND } })

const NETWORK_WORDS = 'IPv4 or IPv6 network in CIDR form, as 203.0.113.0/24 or 2001:db8::/32'

/** Whether the text is a network is judged where networks are known; the shape is judged here. */
const networkSchema = z.string(NETWORK_WORDS).min(1, NETWORK_WORDS).max(64, NETWORK_WORDS)

export const networksSchema = z
  .array(networkSchema)
  .max(100, 'at most 100 networks')
  .openapi({ example: ['203.0.113.0/24', '2001:db8::/32'] })

export const instantSchema = z.iso
  .datetime({ offset: true, error: 'time in RFC 3339, as 2027-01-31T00:00:00Z' })
  .transform((text) => new Date(text).toISOString())
  .openapi({ type: 'string', format: 'date-time', example: '2027-01-31T00:00:00Z' })

/** What may be changed once the credential is there. */
export const credentialMembers = {
  name: textSchema(200).nullable(),
  scopes: scopesSchema,
  /** Empty lets any address in. */
  allowed_networks: networksSchema,
  /** Null is the supplier's, or the default. */
  rate_limit: rateLimitSchema.nullable(),
}

const credentialPatchSchema = z.object(credentialMembers).partial()
export type CredentialPatch = z.infer<typeof credentialPatchSchema>

/** What a credential is made with. */
export const newCredentialMembers = {
  role: roleSchema,
  /** The supplier or buyer; left out for an operator. */
  subject_id: textSchema(64).optional(),
  name: credentialMembers.name.default(null),
  scopes: scopesSchema.optional(),
  allowed_networks: networksSchema.default([]),
  rate_limit: rateLimitSchema.nullable().default(null),
}

interface Owned {
  readonly role: Role
  readonly subject_id?: string | undefined
  readonly scopes?: readonly string[] | undefined
}

/** To be a schema's `superRefine`: the owner that the role needs, and scopes that the role can have. */
export function checkOwner(value: Owned, context: z.RefinementCtx): void {
  const isOperator = value.role === 'operator'
  if (!isOperator && value.subject_id === undefined) {
    context.addIssue({
      code: 'custom',
      path: ['subject_id'],
      message: `id of the ${value.role}`,
      params: { code: 'missing_required' },
    })
  }
  if (isOperator && value.subject_id !== undefined) {
    context.addIssue({ code: 'custom', path: ['subject_id'], message: 'left out; an operator has none' })
  }
  for (const [index, words] of wrongScopes(value.role, value.scopes ?? [])) {
    context.addIssue({ code: 'custom', path: ['scopes', index], message: words })
  }
}

/** @returns the places of scopes that the role cannot have, with what was expected there */
export function wrongScopes(role: Role, scopes: readonly string[]): readonly (readonly [number, string])[] {
  const possible: readonly string[] = SCOPES[role]
  return scopes.flatMap((scope, index) =>
    possible.includes(scope) ? [] : [[index, `one of: ${possible.join(', ')}`] as const],
  )
}

/** How a credential stands now. */
export const credentialStatusSchema = z.enum(['active', 'expired', 'revoked'])

export const credentialRecordMembers = {
  role: roleSchema,
  subject_id: z.string().nullable(),
  name: z.string().nullable(),
  status: credentialStatusSchema,
  scopes: z.array(z.string()),
  allowed_networks: z.array(z.string()),
  rate_limit: rateLimitSchema.nullable(),
  created_at: z.string().openapi({ format: 'date-time' }),
  revoked_at: z.string().nullable().openapi({ format: 'date-time' }),
  /** To the minute, give or take. */
  last_used_at: z.string().nullable().openapi({ format: 'date-time' }),
}

/** How long the old secret lives on beside the new one, in hours. */
export const DEFAULT_OVERLAP_HOURS = 24

export const rotationSchema = z
  .strictObject({
    overlap_hours: z
      .number('hours from 0 to 720')
      .min(0, 'hours from 0 to 720')
      .max(720, 'hours from 0 to 720')
      .default(DEFAULT_OVERLAP_HOURS),
  })
  .openapi('Rotation')
