/**
 * A campaign as operators write and read it: `/v1/campaigns`.
 *
 * What is stored is the body with its defaults filled in. A PATCH names the members it changes; the result is checked as
 * a whole by the schema of POST, so that no order of changes reaches a state that POST refuses.
 */
import { z } from '@hono/zod-openapi'
import {
  FIELD_NAME,
  nameSchema,
  RESERVED_FIELD_NAMES,
  recordMembers,
  statusSchema,
  textSchema,
  wholeNumberSchema,
} from './configuration'
import { CONTACT_FIELDS, typeByName } from './field-catalogue'
import { filterSchema, MAX_FILTERS } from './filter'
import { amountSchema } from './money'

const FIELD_NAME_WORDS = 'name of 1 to 64 lower-case letters, digits and underscores, beginning with a letter'
const MAX_DECLARED_FIELDS = 96

/** The name of a field that a campaign can know. */
export const leadFieldNameSchema = z
  .string(FIELD_NAME_WORDS)
  .regex(FIELD_NAME, { error: FIELD_NAME_WORDS })
  .refine((name) => !RESERVED_FIELD_NAMES.has(name), { error: 'another name; flo_ names are reserved' })
  .openapi({ example: 'state' })

/** Filters of a campaign or contract, on fields that a campaign can know. */
export const leadFiltersSchema = z
  .array(filterSchema)
  .max(MAX_FILTERS, `at most ${MAX_FILTERS} filters`)
  .superRefine((filters, context) => {
    for (const [index, { field }] of filters.entries()) {
      const { error } = leadFieldNameSchema.safeParse(field)
      const message = error?.issues[0]?.message
      if (message !== undefined) context.addIssue({ code: 'custom', path: [index, 'field'], message })
    }
  })

const valuesSchema = z.array(textSchema(200)).min(1).max(500, 'at most 500 values')

export const fieldSchema = z
  .strictObject({
    name: leadFieldNameSchema,
    type: z.enum(['string', 'number', 'boolean', 'date', 'email', 'phone', 'state', 'zip', 'url', 'enum']),
    required: z.boolean().default(false),
    required_on: z.enum(['ping', 'post']).default('post'),
    required_when: leadFiltersSchema.nullish(),
    values: valuesSchema.nullish(),
    pii: z.boolean().nullish(),
  })
  .superRefine(({ type, values }, context) => {
    const isListed = values !== undefined && values !== null
    if (type === 'enum' && !isListed) {
      context.addIssue({ code: 'custom', path: ['values'], message: 'list of the allowed values' })
    }
    if (isListed && type !== 'enum' && type !== 'string') {
      context.addIssue({ code: 'custom', path: ['values'], message: 'left out unless type is enum or string' })
    }
  })
  .openapi('CampaignField')

const fieldsSchema = z
  .array(fieldSchema)
  .max(MAX_DECLARED_FIELDS, `at most ${MAX_DECLARED_FIELDS} fields`)
  .superRefine((fields, context) => {
    const seen = new Set<string>()
    for (const [index, { name }] of fields.entries()) {
      if (seen.has(name))
        context.addIssue({ code: 'custom', path: [index, 'name'], message: 'name that no other field has' })
      seen.add(name)
    }
    const known = new Set([...seen, ...CONTACT_FIELDS])
    for (const [index, { name, required_when }] of fields.entries()) {
      for (const [at, { field }] of (required_when ?? []).entries()) {
        if (field !== name && known.has(field)) continue
        const message = 'another field that the campaign declares'
        context.addIssue({ code: 'custom', path: [index, 'required_when', at, 'field'], message })
      }
    }
  })

const dedupeSchema = z.strictObject({
  fields: z.array(leadFieldNameSchema).min(1).max(10, 'at most 10 fields'),
  days: wholeNumberSchema(1, 365, 'days'),
})

/** As buyer contracts name them; these hold for every buyer of the campaign. */
const suppressionListIdsSchema = z.array(z.string().min(1).max(64)).max(50).nullable()

/** Members without their defaults: what PATCH takes, each on its own. */
const members = {
  name: nameSchema,
  vertical: textSchema(100).openapi({ example: 'auto_insurance' }),
  sub_vertical: textSchema(100).nullable().openapi({ example: 'non_standard' }),
  status: statusSchema,
  type: z.enum(['ping_post', 'direct_post']),
  ping_mode: z.enum(['eligibility', 'auction']),
  distribution: z.enum(['ping_post', 'waterfall', 'round_robin', 'weighted']),
  floor_price: amountSchema,
  max_sells: wholeNumberSchema(1, 10),
  bid_window_ms: wholeNumberSchema(50, 5_000, 'milliseconds'),
  post_timeout_ms: wholeNumberSchema(50, 5_000, 'milliseconds'),
  deadline_ms: wholeNumberSchema(100, 30_000, 'milliseconds'),
  fields: fieldsSchema,
  filters: leadFiltersSchema,
  dedupe: dedupeSchema.nullable(),
  suppression_list_ids: suppressionListIdsSchema,
}

/** The four contact fields, required on the post: what a campaign asks for that does not say. */
const defaultFields = () =>
  CONTACT_FIELDS.map((name) => ({ name, type: typeByName(name), required: true, required_on: 'post' as const }))

/** The body of `POST /v1/campaigns`. */
export const campaignSettingsSchema = z
  .strictObject({
    ...members,
    sub_vertical: members.sub_vertical.default(null),
    status: members.status.default('active'),
    type: members.type.default('ping_post'),
    ping_mode: members.ping_mode.default('eligibility'),
    distribution: members.distribution.default('ping_post'),
    floor_price: members.floor_price.default(0),
    max_sells: members.max_sells.default(1),
    bid_window_ms: members.bid_window_ms.default(2_000),
    post_timeout_ms: members.post_timeout_ms.default(2_000),
    deadline_ms: members.deadline_ms.default(5_000),
    fields: members.fields.default(defaultFields),
    filters: members.filters.default([]),
    dedupe: members.dedupe.default(null),
    suppression_list_ids: members.suppression_list_ids.default([]),
  })
  .openapi('CampaignSettings')

/** The body of `PATCH /v1/campaigns/{id}`. Lists are replaced as a whole. */
export const campaignPatchSchema = z.strictObject(members).partial().openapi('CampaignPatch')

export const campaignSchema = campaignSettingsSchema
  .extend({
    id: z.string().openapi({ example: 'camp_01J9ZQ5F8W3B6T1X0V7K2M4N5P' }),
    version: z.number().int().openapi({ description: 'Grows with every change of what leads in it are judged by.' }),
    ...recordMembers,
  })
  .openapi('Campaign')

export type CampaignSettings = z.output<typeof campaignSettingsSchema>
export type CampaignFieldSettings = z.output<typeof fieldSchema>
