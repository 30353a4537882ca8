/** A dead letter as it is answered. */
import { z } from '@hono/zod-openapi'
import { maskedBody } from '../../../contracts/dead-letter'
import type { DeadLetterRow } from '../../../stores/dead-letter-desk'
import type { AppContext } from '../../app'

export const letterParams = z.object({
  id: z.string().openapi({ example: 'lead-auc_0FbGyMvGcXDYhtYBvJXbP8b3wKTnqkUYGCc7GrXvhIu-1' }),
})

export function letterWire(row: DeadLetterRow): object {
  return {
    id: row.id,
    queue: queueOf(row),
    status: row.status,
    attempts: row.attempts,
    deaths: row.deaths,
    failed_at: row.failedAt,
    resent_at: row.resentAt,
    body: maskedBody(row.body),
  }
}

/** @returns the queue that gave the letter up */
export function queueOf({ queue }: DeadLetterRow): string {
  return queue.replace(/-dead$/, '')
}

/** @returns the id of the path, or '' for what no letter is called; longer than other ids */
export function letterId(c: AppContext): string {
  const id = c.req.param('id') ?? ''
  return /^[\w.-]{1,400}$/.test(id) ? id : ''
}
