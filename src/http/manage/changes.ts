/** How a change is made: written with its publish rows, then published before the caller is told. */
import type { z } from '@hono/zod-openapi'
import type { AuditStamp } from '../../stores/audit-trail'
import type { Change, Written } from '../../stores/change-set'
import { type AppContext, actorOf } from '../app'
import { check, invalid } from '../plumbing/field-errors'
import { problem } from '../plumbing/reply'

/** @returns a change that the caller makes now */
export function newChange(c: AppContext): Change {
  const { newId, now } = c.var.services
  const change = { id: newId('pub'), at: new Date(now()).toISOString(), by: actorOf(c) }
  const fence = c.get('requestFence')
  if (fence === undefined) return change
  // A request that makes several changes is known by its first.
  c.set('requestFence', undefined)
  return { ...change, fence }
}

/** @returns what puts a deed on record that changes no configuration: by the caller, now */
export function newStamp(c: AppContext): AuditStamp {
  const { newId, now } = c.var.services
  return { id: newId('aud'), at: new Date(now()).toISOString(), by: actorOf(c) }
}

/**
 * Waits until the change has taken effect here. It is committed already, so that a failure to publish is no failure of the
 * call: the publish rows stay, and the cron does it again.
 */
export async function publish(c: AppContext, publishIds: readonly string[]): Promise<void> {
  try {
    await c.var.services.publisher.publish(publishIds)
  } catch (error) {
    const { requestId } = c.var
    console.error(
      JSON.stringify({ event: 'publish_failed', requestId, error: error instanceof Error ? error.name : '' }),
    )
  }
}

interface Versioned {
  readonly settings: object
  readonly archivedAt: string | null
}

export interface RowChange<Row extends Versioned, Schema extends z.ZodType> {
  /** What the whole must satisfy once it is changed. */
  readonly schema: Schema
  /** The members that change. */
  readonly patch: object
  readonly read: () => Promise<Row | null>
  /** What no schema can see; null where nothing is in the way. */
  readonly refuse?: (known: Row, settings: z.output<Schema>) => Promise<Response | null>
  /** @returns null where somebody else was faster */
  readonly update: (known: Row, settings: z.output<Schema>) => Promise<Written<Row> | null>
}

const MAX_TRIES = 10

/** Changes some members of a row and loses none that others change at the same time. @returns the row, or the refusal */
export async function changeRow<Row extends Versioned, Schema extends z.ZodType>(
  c: AppContext,
  { schema, patch, read, refuse, update }: RowChange<Row, Schema>,
): Promise<Row | Response> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const known = await read()
    if (known === null) return problem(c, 'not_found')
    if (known.archivedAt !== null) return problem(c, 'conflict', { message: 'It is archived and cannot be changed.' })
    const checked = check(schema, { ...known.settings, ...patch })
    if (!checked.ok) return invalid(c, checked.errors)
    const oversize = refuseOversize(c, checked.value as object)
    if (oversize !== null) return oversize
    const refusal = await refuse?.(known, checked.value)
    if (refusal != null) return refusal
    const written = await update(known, checked.value)
    if (written !== null) {
      await publish(c, written.publishIds)
      return written.row
    }
  }
  return problem(c, 'conflict', { message: 'It is being changed by others. Try again.' })
}

/** Filters on long lists of postal codes fit, and a snapshot stays far below what KV and an isolate can hold. */
const MAX_SETTINGS_BYTES = 256 * 1024

/** @returns 413 where settings would not fit where they are kept, else null */
export function refuseOversize(c: AppContext, settings: object, maxBytes = MAX_SETTINGS_BYTES): Response | null {
  const bytes = new TextEncoder().encode(JSON.stringify(settings)).length
  return bytes <= maxBytes
    ? null
    : problem(c, 'body_too_large', { message: `These settings are at most ${maxBytes / 1024} KiB of JSON.` })
}
