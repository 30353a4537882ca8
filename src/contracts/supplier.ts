/** A supplier as operators write and read it: `/v1/suppliers`. */
import { z } from '@hono/zod-openapi'
import { nameSchema, recordMembers, statusSchema, wholeNumberSchema } from './configuration'
import { rateLimitSchema } from './credential'

const members = {
  name: nameSchema,
  status: statusSchema,
  /** What each of its keys and clients may send, unless that has a limit of its own. */
  rate_limit: rateLimitSchema,
  /** How many auctions of its leads may run at the same time, all over the world. */
  max_concurrent_auctions: wholeNumberSchema(1, 100_000, 'auctions'),
}

/** The body of `POST /v1/suppliers`. */
export const supplierSettingsSchema = z
  .strictObject({
    ...members,
    status: members.status.default('active'),
    rate_limit: members.rate_limit.optional(),
    max_concurrent_auctions: members.max_concurrent_auctions.optional(),
  })
  .openapi('SupplierSettings')

/** The body of `PATCH /v1/suppliers/{id}`. */
export const supplierPatchSchema = z.strictObject(members).partial().openapi('SupplierPatch')

export const supplierSchema = supplierSettingsSchema
  .extend({
    id: z.string().openapi({ example: 'sup_01J9ZQ5F8W3B6T1X0V7K2M4N5P' }),
    rate_limit: members.rate_limit,
    max_concurrent_auctions: members.max_concurrent_auctions,
    ...recordMembers,
  })
  .openapi('Supplier')

/** The answer to the POST alone: the only time that the key is shown. */
export const newSupplierSchema = supplierSchema
  .extend({ api_key: z.string().openapi({ example: 'ld_live_…', description: 'Shown once.' }) })
  .openapi('NewSupplier')

export type SupplierSettings = z.output<typeof supplierSettingsSchema>
