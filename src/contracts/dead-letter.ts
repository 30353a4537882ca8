/** Dead letters as operators see them: what a queue gave up on, with everything masked that is no id, code, time or count of ours. */
import { z } from '@hono/zod-openapi'

export const QUEUES = ['gavel-projection', 'gavel-post-retry', 'gavel-webhook'] as const
export type QueueName = (typeof QUEUES)[number]

export const deadLetterSchema = z
  .object({
    id: z.string().openapi({ example: 'lead-auc_0FbGyMvGcXDYhtYBvJXbP8b3wKTnqkUYGCc7GrXvhIu-1' }),
    queue: z.string().openapi({ description: 'The queue that gave it up.', example: 'gavel-projection' }),
    status: z.enum(['kept', 'resent']).openapi({ description: '`resent` comes back as `kept` if it fails again.' }),
    attempts: z
      .number()
      .int()
      .openapi({ description: 'How often it was tried before the last time it was given up.', example: 11 }),
    deaths: z.number().int().openapi({ description: 'How often it was given up.', example: 1 }),
    failed_at: z.string().openapi({ format: 'date-time' }),
    resent_at: z.string().nullable().openapi({ format: 'date-time' }),
    body: z.unknown().openapi({
      description: 'The message, masked.',
      example: { kind: 'lead', sealedFields: '[text, 120 characters]' },
    }),
  })
  .openapi('DeadLetter')

/** Members of our messages that hold ids, codes, times and counts. Whatever else there is may be anything. */
const SHOWN: ReadonlySet<string> = new Set([
  ...['kind', 'auctionId', 'leadId', 'tenantId', 'campaignId', 'supplierId', 'buyerId', 'contractId', 'endpointId'],
  ...[
    'sequence',
    'tryNumber',
    'status',
    'reason',
    'test',
    'currency',
    'receivedAt',
    'settledAt',
    'closeToPostMs',
    'at',
  ],
  ...['sales', 'bids', 'revenueMicros', 'payoutMicros', 'priceMicros', 'durationMs', 'posted'],
  ...['draft', 'key', 'type', 'tellings', 'role', 'subjectId', 'unreadable'],
])
const PLAIN = /^[\w.:/+-]{1,200}$/
const MAX_ITEMS = 100
const MAX_DEPTH = 8

/** @returns the message without anything that may be personal data, or a secret */
export function maskedBody(value: unknown, name = '', depth = 0): unknown {
  if (value === null || typeof value === 'boolean') return value
  if (depth > MAX_DEPTH) return '[nested deeper]'
  const isShown = depth === 0 || SHOWN.has(name)
  if (Array.isArray(value)) {
    return isShown
      ? value.slice(0, MAX_ITEMS).map((item) => maskedBody(item, name, depth + 1))
      : `[${value.length} items]`
  }
  if (typeof value === 'object')
    return isShown ? maskedMembers(value, depth) : `[object, ${Object.keys(value).length} members]`
  if (typeof value === 'number') return isShown && name !== '' ? value : '[number]'
  const text = String(value)
  return isShown && name !== '' && PLAIN.test(text) ? text : `[text, ${text.length} characters]`
}

function maskedMembers(value: object, depth: number): object {
  const members = Object.entries(value)
  const known = members.filter(([name]) => SHOWN.has(name) || SEALED.has(name))
  const shown = Object.fromEntries(known.map(([name, member]) => [name, maskedBody(member, name, depth + 1)]))
  const others = members.length - known.length
  // A name that is none of ours may be a person's as well.
  return others === 0 ? shown : { ...shown, '…': `[${others} members more]` }
}

/** Ours, and never shown. */
const SEALED: ReadonlySet<string> = new Set(['sealedFields', 'sealedKey', 'data'])
