/** Suppression lists as operators write and read them: `/v1/suppression-lists`, and the imports that fill them. */
import { z } from '@hono/zod-openapi'
import { REJECT_REASONS, type RejectReason } from '../core/suppression/entry'
import { nameSchema, recordMembers, statusSchema } from './configuration'

const members = {
  name: nameSchema,
  scope: z.enum(['named', 'all_campaigns']).openapi({
    description: 'Where it holds: where a campaign or buyer contract names it, or in every campaign of the tenant.',
  }),
}

/** The body of `POST /v1/suppression-lists`. */
export const suppressionListSettingsSchema = z
  .strictObject({ ...members, scope: members.scope.default('named') })
  .openapi('SuppressionListSettings')

/** The body of `PATCH /v1/suppression-lists/{id}`. */
export const suppressionListPatchSchema = z.strictObject(members).partial().openapi('SuppressionListPatch')

export const suppressionListSchema = suppressionListSettingsSchema
  .extend({
    id: z.string().openapi({ example: 'spl_01J9ZQ5F8W3B6T1X0V7K2M4N5P' }),
    entries: z.number().int().openapi({ description: 'As of the last publication; a repeated entry counts once.' }),
    kinds: z.array(z.string()).openapi({ example: ['phone', 'sha256_email'] }),
    ...recordMembers,
    status: z.enum([...statusSchema.exclude(['paused']).options, 'archived']),
  })
  .openapi('SuppressionList')

export type SuppressionListSettings = z.output<typeof suppressionListSettingsSchema>

export const IMPORT_MODES = ['add', 'remove', 'replace'] as const
export type ImportMode = (typeof IMPORT_MODES)[number]
export type ImportFormat = 'ndjson' | 'csv' | 'json'

export interface Rejection {
  readonly line: number
  readonly reason: RejectReason
}

/** What was not taken: how many for each reason, and the lines of the first. */
export interface Rejections {
  readonly counts: { readonly [reason in RejectReason]?: number }
  readonly first: readonly Rejection[]
}

/** An import's row stays small; what is beyond is counted. */
export const MAX_LISTED_REJECTIONS = 1_000

const LINES_WORDS = 'whole number of lines that were sent before'

/** The query of `PUT …/entries`. */
export const importQuerySchema = z.object({
  mode: z.enum(IMPORT_MODES).optional(),
  import_id: z
    .string()
    .regex(/^imp_[\w-]{1,60}$/, { error: 'id of an import of this list' })
    .optional(),
  after_line: z
    .string(LINES_WORDS)
    .regex(/^\d{1,12}$/, { error: LINES_WORDS })
    .transform(Number)
    .openapi({ type: 'integer', minimum: 0 })
    .optional(),
  more: z
    .enum(['true', 'false'])
    .optional()
    .openapi({ description: 'Whether other bodies of the same import follow.' }),
})

/** Of removals by DELETE, which say by their method what they do. */
export const removalQuerySchema = importQuerySchema.omit({ mode: true })

export const suppressionImportSchema = z
  .object({
    id: z.string().openapi({ example: 'imp_01J9ZQ5F8W3B6T1X0V7K2M4N5P' }),
    list_id: z.string(),
    mode: z.enum(IMPORT_MODES),
    format: z.enum(['ndjson', 'csv', 'json']),
    status: z.enum(['receiving', 'interrupted', 'publishing', 'published']).openapi({
      description: 'An interrupted import goes on with import_id and after_line={lines}.',
    }),
    lines: z.number().int().openapi({ description: 'Lines of the body that are stored or rejected for good.' }),
    received: z.number().int(),
    stored: z.number().int(),
    published: z.number().int().openapi({ description: 'How many of the stored ones are in the index at the edge.' }),
    rejected: z.number().int(),
    rejected_by_reason: z.partialRecord(z.enum(Object.keys(REJECT_REASONS) as RejectReason[]), z.number().int()),
    rejected_lines: z
      .array(z.object({ line: z.number().int(), reason: z.string(), message: z.string() }))
      .openapi({ description: `The first ${MAX_LISTED_REJECTIONS}; values are never repeated.` }),
    created_at: z.string().openapi({ format: 'date-time' }),
    updated_at: z.string().openapi({ format: 'date-time' }),
    finished_at: z.string().nullable().openapi({ format: 'date-time' }),
  })
  .openapi('SuppressionImport')

export type SuppressionImportWire = z.input<typeof suppressionImportSchema>
