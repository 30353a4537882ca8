/** What every consumer does with a message: reads it, and gives it back with a growing pause where it could not be handled. */
import type { z } from '@hono/zod-openapi'

/** Names and numbers only: a message's content never reaches a log. */
export type QueueLog = (event: string, details: { readonly [name: string]: string | number }) => void

const MAX_PAUSE_SECONDS = 300

/**
 * Gives a message back: 2, 4, 8 … 300 s. The queue's limit of retries takes it to the dead-letter queue after that; the ten
 * of wrangler.toml last about 18 minutes, long enough for a database to come back or a deploy to be undone.
 */
export function retryLater(message: Message<unknown>): void {
  message.retry({ delaySeconds: Math.min(2 ** message.attempts, MAX_PAUSE_SECONDS) })
}

export interface Readable<T> {
  readonly message: Message<unknown>
  readonly body: T
}

/**
 * Sorts out what is no message of this kind. It is given back alone: a consumer of another version may know it.
 *
 * @returns the messages that can be handled, with their checked bodies
 */
export function readMessages<T>(
  batch: MessageBatch<unknown>,
  schema: z.ZodType<T>,
  log: QueueLog,
): readonly Readable<T>[] {
  const readable: Readable<T>[] = []
  for (const message of batch.messages) {
    const parsed = schema.safeParse(message.body)
    if (parsed.success) {
      readable.push({ message, body: parsed.data })
      continue
    }
    const paths = parsed.error.issues.slice(0, 5).map((issue) => `${issue.path.join('.')}:${issue.code}`)
    log('message_unreadable', {
      queue: batch.queue,
      messageId: message.id,
      attempts: message.attempts,
      issues: paths.join(' '),
    })
    retryLater(message)
  }
  return readable
}

/** Runs an action for each value, some at a time; the action must not throw. */
export async function forEachSome<T>(
  values: readonly T[],
  atATime: number,
  act: (value: T) => Promise<void>,
): Promise<void> {
  const rest = values.values()
  const worker = async () => {
    for (const value of rest) await act(value)
  }
  await Promise.all(Array.from({ length: Math.min(atATime, values.length) }, worker))
}

/** @returns an error's own words, bounded; never the values that it was about. */
export function errorText(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 200) : 'not an error'
}
