/** API keys as operators read and write them: `/v1/api-keys`. The key itself is in the answer that makes it, and nowhere else. */
import { z } from '@hono/zod-openapi'
import {
  checkOwner,
  credentialMembers,
  credentialRecordMembers,
  instantSchema,
  newCredentialMembers,
} from './credential'
import { defaultScopes } from './scopes'

/** The body of `POST /v1/api-keys`. */
export const apiKeySettingsSchema = z
  .strictObject({ ...newCredentialMembers, expires_at: instantSchema.nullable().default(null) })
  .superRefine(checkOwner)
  .openapi('ApiKeySettings')

/** The body of `PATCH /v1/api-keys/{id}`. */
export const apiKeyPatchSchema = z
  .strictObject({ ...credentialMembers, expires_at: instantSchema.nullable() })
  .partial()
  .openapi('ApiKeyPatch')

export const apiKeySchema = z
  .object({
    id: z.string().openapi({ example: 'key_01J9ZQ5F8W3B6T1X0V7K2M4N5P' }),
    ...credentialRecordMembers,
    prefix: z.string().openapi({ example: 'ld_live_a1B2' }),
    last_four: z.string().openapi({ example: 'x9Yz' }),
    expires_at: z.string().nullable().openapi({ format: 'date-time' }),
    /** The key that took its place when it was rotated. */
    replaced_by: z.string().nullable(),
  })
  .openapi('ApiKey')

/** The answer that makes a key: the only time that it is shown. */
export const newApiKeySchema = apiKeySchema
  .extend({ api_key: z.string().openapi({ example: 'ld_live_…', description: 'Shown once.' }) })
  .openapi('NewApiKey')

/** What a supplier's key may do unless the operator says otherwise. */
export const SUPPLIER_SCOPES: readonly string[] = defaultScopes('supplier')
