/** A buyer as operators write and read it: `/v1/buyers`. */
import { z } from '@hono/zod-openapi'
import { nameSchema, recordMembers, statusSchema } from './configuration'
import { budgetSchema, capsSchema } from './limits'

const members = { name: nameSchema, status: statusSchema, caps: capsSchema, budget: budgetSchema.nullable() }

/** The body of `POST /v1/buyers`. */
export const buyerSettingsSchema = z
  .strictObject({
    ...members,
    status: members.status.default('active'),
    caps: members.caps.default([]),
    budget: members.budget.default(null),
  })
  .openapi('BuyerSettings')

/** The body of `PATCH /v1/buyers/{id}`. */
export const buyerPatchSchema = z.strictObject(members).partial().openapi('BuyerPatch')

export const buyerSchema = buyerSettingsSchema
  .extend({ id: z.string().openapi({ example: 'buy_01J9ZQ5F8W3B6T1X0V7K2M4N5P' }), ...recordMembers })
  .openapi('Buyer')

export type BuyerSettings = z.output<typeof buyerSettingsSchema>
