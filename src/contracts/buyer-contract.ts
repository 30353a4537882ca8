/**
 * A buyer contract: how the operator writes it, and how the snapshot holds it once presets and defaults are filled in.
 *
 * Only shapes and bounds are checked here. Whether a template renders, a URL is allowed or a pattern is safe is decided by
 * `checkBuyerContract` in src/buyers, which knows how buyers speak.
 */
import { z } from '@hono/zod-openapi'
import { fieldNameSchema, filterSchema, MAX_FILTERS } from './filter'
import { amountSchema } from './money'
import { returnTermsSchema } from './return-terms'

export const MIN_TIMEOUT_MS = 50
export const MAX_TIMEOUT_MS = 10_000

const urlText = z.string().min(1).max(2_048)
const secretText = z.string().min(1).max(4_096)
const partName = z
  .string()
  .regex(/^[^\s:;,"'<>&=/\\]{1,128}$/, { error: 'name without spaces or separators' })
  .openapi({ example: 'x-token' })
const timeZone = z.string().max(64).refine(isTimeZone, { error: 'IANA time zone, as America/New_York' })

export const authSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('none') }),
  z.strictObject({ type: z.literal('bearer'), token: secretText }),
  z.strictObject({ type: z.literal('basic'), username: z.string().max(256), password: secretText }),
  z.strictObject({ type: z.literal('header'), name: partName, value: secretText }),
  z.strictObject({ type: z.literal('query'), name: partName, value: secretText }),
  z.strictObject({ type: z.literal('body'), name: partName, value: secretText }),
  z.strictObject({
    type: z.literal('oauth_client_credentials'),
    token_url: urlText,
    client_id: z.string().min(1).max(512),
    client_secret: secretText,
    scope: z.string().max(512).optional(),
  }),
])

/** Any JSON value whose strings may hold placeholders. */
export type TemplateNode =
  | string
  | number
  | boolean
  | null
  | readonly TemplateNode[]
  | { readonly [name: string]: TemplateNode }

const MAX_TEMPLATE_DEPTH = 8
const MAX_TEMPLATE_NODES = 500
const MAX_TEMPLATE_CHARS = 32_768

const templateSchema = z
  .unknown()
  .refine((value) => isTemplate(value), {
    error: `text or JSON of at most ${MAX_TEMPLATE_CHARS} characters, ${MAX_TEMPLATE_NODES} members, ${MAX_TEMPLATE_DEPTH} levels`,
  })
  .openapi({ type: 'object', example: { state: '{{state}}', zip3: '{{zip | slice: 0, 3}}' } })

export const requestSchema = z.strictObject({
  url: urlText,
  test_url: urlText.optional(),
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH']).optional(),
  headers: z
    .record(z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/, { error: 'header name' }), z.string().max(1_024))
    .refine((headers) => Object.keys(headers).length <= 30, { error: 'at most 30 headers' })
    .optional(),
  auth: authSchema.optional(),
  /** Has each request signed: `X-LD-Signature: t=<unix>,v1=<hex HMAC-SHA256 of "t.body">`. */
  signature: z.strictObject({ secret: secretText }).optional(),
  format: z.enum(['json', 'form', 'xml', 'query']).optional(),
  template: templateSchema.optional(),
  timeout_ms: z.number().int().min(MIN_TIMEOUT_MS).max(MAX_TIMEOUT_MS).optional(),
})

const pathText = z.string().min(1).max(256)
const patternText = z.string().min(1).max(500)
const ruleValue = z.union([z.string().max(500), z.number(), z.boolean(), z.null()])

export const ruleSchema = z.strictObject({
  on: z.enum(['body', 'status', 'header']).optional(),
  path: pathText.optional(),
  op: z.enum(['eq', 'ne', 'in', 'contains', 'regex', 'exists', 'gt', 'gte', 'lt', 'lte']),
  value: z.union([ruleValue, z.array(ruleValue).min(1).max(200)]).optional(),
})

/** A path, or a path and a pattern whose first group is taken; without a path the pattern reads the whole body. */
export const selectorSchema = z.union([
  pathText,
  z.strictObject({
    on: z.enum(['body', 'header']).optional(),
    path: pathText.optional(),
    regex: patternText.optional(),
  }),
])

const rules = z.array(ruleSchema).max(50)
const selectors = z.array(selectorSchema).min(1).max(20)

export const answerSchema = z.strictObject({
  format: z.enum(['json', 'xml', 'form', 'text']).optional(),
  error: rules.optional(),
  duplicate: rules.optional(),
  rejected: rules.optional(),
  pending: rules.optional(),
  accepted: rules.min(1).optional(),
  price: selectors.optional(),
  reason: selectors.optional(),
  reference: selectors.optional(),
  redirect_url: selectors.optional(),
  bids: z.strictObject({ each: pathText, price: selectorSchema, reference: selectorSchema.optional() }).optional(),
  captures: z
    .record(fieldNameSchema, selectorSchema)
    .refine((captures) => Object.keys(captures).length <= 30, { error: 'at most 30 captures' })
    .optional(),
})

const pingSchema = z.strictObject({
  enabled: z.boolean().optional(),
  request: requestSchema.optional(),
  answer: answerSchema.optional(),
})
const postSchema = z.strictObject({ request: requestSchema, answer: answerSchema.optional() })

/** Where the buyer says what became of a post; asked by hand, so that its answer has rules of its own and no default. */
const inquirySchema = z.strictObject({
  request: requestSchema.omit({ test_url: true }),
  answer: answerSchema
    .pick({ format: true, error: true, rejected: true, pending: true, reason: true, reference: true })
    .extend({ accepted: rules.min(1) }),
})

export const capSchema = z
  .strictObject({
    period: z.enum(['hour', 'day', 'week', 'month', 'total']),
    count: z.number().int().min(0).max(1_000_000_000).optional(),
    amount: amountSchema.optional(),
    timezone: timeZone.optional(),
  })
  .refine((cap) => cap.count !== undefined || cap.amount !== undefined, { error: 'count, amount or both' })

const clockTime = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, { error: 'time as 09:00' })
  .openapi({ example: '09:00' })

export const scheduleSchema = z.strictObject({
  timezone: timeZone,
  windows: z
    .array(
      z.strictObject({
        days: z
          .array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']))
          .min(1)
          .max(7),
        from: clockTime,
        to: clockTime,
      }),
    )
    .max(50),
})

/** The body of `PUT /v1/campaigns/{id}/buyers/{buyerId}`. */
export const buyerContractSchema = z
  .strictObject({
    status: z.enum(['active', 'paused']).optional(),
    price: amountSchema.nullable().optional(),
    priority: z.number().int().min(0).max(1_000_000).optional(),
    weight: z.number().int().min(0).max(1_000_000).optional(),
    tier: z.number().int().min(0).max(1_000).optional(),
    filters: z.array(filterSchema).max(MAX_FILTERS).optional(),
    caps: z.array(capSchema).max(20).nullable().optional(),
    schedule: scheduleSchema.nullable().optional(),
    suppression_list_ids: z.array(z.string().min(1).max(64)).max(50).nullable().optional(),
    min_bid: amountSchema.nullable().optional(),
    max_bid: amountSchema.nullable().optional(),
    bid_valid_seconds: z.number().int().min(1).max(86_400).optional(),
    on_unknown: z.enum(['retry', 'hold']).optional(),
    ping_pii: z.array(fieldNameSchema).max(100).optional(),
    ping: pingSchema.nullable().optional(),
    post: postSchema,
    inquiry: inquirySchema.nullable().optional(),
    preset: z.string().min(1).max(64).nullable().optional(),
    returns: returnTermsSchema.nullable().optional(),
  })
  .openapi('BuyerContract')

export type BuyerContractInput = z.infer<typeof buyerContractSchema>
export type BuyerRequestSpec = z.infer<typeof requestSchema>
export type PingSpec = z.infer<typeof pingSchema>
export type PostSpec = z.infer<typeof postSchema>
export type AnswerSpec = z.infer<typeof answerSchema>
export type AnswerRule = z.infer<typeof ruleSchema>
export type Selector = z.infer<typeof selectorSchema>
export type BuyerAuth = z.infer<typeof authSchema>
export type RequestFormat = NonNullable<BuyerRequestSpec['format']>
export type AnswerFormat = NonNullable<AnswerSpec['format']>

/** A request with nothing left to fill in. Its secrets are blank once `splitSecrets` took them out. */
export interface ResolvedRequest {
  readonly url: string
  readonly testUrl: string | null
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH'
  readonly headers: { readonly [name: string]: string }
  readonly auth: BuyerAuth
  /** Left out where requests are not signed. */
  readonly signature?: { readonly secret: string }
  readonly format: RequestFormat
  /** Null sends all fields that may be sent, under their own names. */
  readonly template: TemplateNode | null
  readonly timeoutMs: number
}

export interface ResolvedCall {
  readonly request: ResolvedRequest
  readonly answer: AnswerSpec
}

/** How one buyer speaks: plain JSON, what the snapshot holds and an auction takes along. */
export interface ResolvedContract {
  readonly preset: string | null
  /** The bid of a yes that carries no price; null where the contract has none. */
  readonly priceMicros: number | null
  readonly onUnknown: 'retry' | 'hold'
  readonly pingPii: readonly string[]
  /** Null where the buyer takes part with its contract's price. */
  readonly ping: ResolvedCall | null
  readonly post: ResolvedCall
  /** How to ask what became of a post. Left out of snapshots: it is asked by hand, as the contract stands then. */
  readonly inquiry?: ResolvedCall
}

/** The calls of a contract: each a request and the rules that read its answer. */
export type BuyerCall = 'ping' | 'post' | 'inquiry'

/** Secrets by their path in the contract, as `post.request.auth.token`; sealed and stored apart from it. */
export type ContractSecrets = { readonly [path: string]: string }

/** Whether a value is JSON within the bounds of a template. */
export function isTemplate(value: unknown): value is TemplateNode {
  const budget = { nodes: MAX_TEMPLATE_NODES, chars: MAX_TEMPLATE_CHARS }
  return fits(value, MAX_TEMPLATE_DEPTH, budget)
}

function fits(value: unknown, depth: number, budget: { nodes: number; chars: number }): boolean {
  budget.nodes -= 1
  if (typeof value === 'string') budget.chars -= value.length
  if (budget.nodes < 0 || budget.chars < 0 || depth < 0) return false
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object') return false
  if (Array.isArray(value)) return value.every((item) => fits(item, depth - 1, budget))
  return Object.entries(value).every(([name, item]) => {
    budget.chars -= name.length
    return fits(item, depth - 1, budget)
  })
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name })
    return true
  } catch {
    return false
  }
}
