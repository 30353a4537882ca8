/** All presets. Adding a system is adding its data file, and its line here: the bundler has no other way to see it. */
import { z } from '@hono/zod-openapi'
import { answerSchema, requestSchema } from '../../contracts/buyer-contract'
import boberdoo from './boberdoo.json'
import guide from './guide.json'
import leadconduit from './leadconduit.json'
import leadexec from './leadexec.json'
import leadprosper from './leadprosper.json'
import leadspedia from './leadspedia.json'
import phonexa from './phonexa.json'
import standard from './standard.json'

const FILES: readonly unknown[] = [boberdoo, guide, leadconduit, leadexec, leadprosper, leadspedia, phonexa, standard]

const callSchema = z.strictObject({
  request: requestSchema.omit({ url: true, test_url: true }),
  answer: answerSchema.required({ accepted: true }),
})

export const presetSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9]+$/),
  title: z.string(),
  /** What the operator still has to fill in, in a sentence or two. */
  note: z.string(),
  on_unknown: z.enum(['retry', 'hold']),
  ping: callSchema,
  post: callSchema,
})

export type Preset = z.infer<typeof presetSchema>
export type PresetCall = z.infer<typeof callSchema>

let loaded: ReadonlyMap<string, Preset> | null = null

/** Read on first use: a process that only runs auctions never needs them. */
export function presets(): ReadonlyMap<string, Preset> {
  loaded ??= new Map(FILES.map((file) => presetSchema.parse(file)).map((preset) => [preset.name, preset]))
  return loaded
}

/** @param name in any spelling: "Lead Prosper" and "lead_prosper" are the same system */
export function presetNamed(name: string): Preset | null {
  return presets().get(name.toLowerCase().replace(/[^a-z0-9]/g, '')) ?? null
}

/** How a buyer speaks where the contract says nothing. */
export const DEFAULT_PRESET = 'guide'
