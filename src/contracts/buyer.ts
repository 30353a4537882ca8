/** A buyer as operators write and read it: `/v1/buyers`. */
import { z } from '@hono/zod-openapi'
import { nameSchema, recordMembers, statusSchema, wholeNumberSchema } from './configuration'
import { budgetSchema, capsSchema } from './limits'

/** How many pings a second the buyer is sent at most, from all over the world; past it the buyer is skipped. 100 by default. */
const pingRateSchema = z.strictObject({ per_second: wholeNumberSchema(1, 10_000, 'pings') })

/** Whether sales need a prepaid balance; left out or null, they do from the first credit on. */
const prepaidSchema = z.boolean('true or false').nullable()

const members = {
  name: nameSchema,
  status: statusSchema,
  caps: capsSchema,
  budget: budgetSchema.nullable(),
  ping_rate: pingRateSchema,
  prepaid: prepaidSchema,
}

/** The body of `POST /v1/buyers`. */
export const buyerSettingsSchema = z
  .strictObject({
    ...members,
    status: members.status.default('active'),
    caps: members.caps.default([]),
    budget: members.budget.default(null),
    ping_rate: members.ping_rate.optional(),
    prepaid: members.prepaid.optional(),
  })
  .openapi('BuyerSettings')

/** The body of `PATCH /v1/buyers/{id}`. */
export const buyerPatchSchema = z.strictObject(members).partial().openapi('BuyerPatch')

export const buyerSchema = buyerSettingsSchema
  .extend({
    id: z.string().openapi({ example: 'buy_01J9ZQ5F8W3B6T1X0V7K2M4N5P' }),
    ping_rate: pingRateSchema,
    prepaid: prepaidSchema,
    ...recordMembers,
  })
  .openapi('Buyer')

export type BuyerSettings = z.output<typeof buyerSettingsSchema>
