/**
 * The batch of whatever happens to a lead after its sale: the change, the request that it is made for, its record, and whatever
 * must be stored with it or not at all, as the events that tell of it.
 */

import type { AuditedDeed } from '../contracts/audit-entry'
import { type AuditStamp, auditInsert } from './audit-trail'
import { RepeatedChange } from './request-fence'

export interface AfterSaleChange {
  /** RFC 3339 UTC. */
  readonly at: string
  /** Names the request; left out where it has no name. */
  readonly fence?: string | undefined
  /** Who does it, for the audit log; left out where the log does not hold it. */
  readonly audit?: { readonly stamp: AuditStamp; readonly deed: AuditedDeed }
  /** Stored in the same transaction: the events of the change. */
  readonly alongside: readonly D1PreparedStatement[]
}

/**
 * @returns what the statements alongside returned, in their order
 * @throws RepeatedChange where the request has taken effect before
 */
export async function runAfterSale(
  db: D1Database,
  tenantId: string,
  { at, fence, audit, alongside }: AfterSaleChange,
  statements: readonly D1PreparedStatement[],
): Promise<readonly D1Result[]> {
  const fenced =
    fence === undefined
      ? []
      : [db.prepare('INSERT INTO request_fences (id, created_at) VALUES (?1, ?2)').bind(fence, at)]
  const recorded = audit === undefined ? [] : [auditInsert(db, tenantId, audit.stamp, audit.deed)]
  try {
    const results = await db.batch([...fenced, ...statements, ...recorded, ...alongside])
    return results.slice(results.length - alongside.length)
  } catch (error) {
    if (fence !== undefined && (await isFenced(db, fence))) throw new RepeatedChange()
    throw error
  }
}

async function isFenced(db: D1Database, fence: string): Promise<boolean> {
  return (await db.prepare('SELECT 1 FROM request_fences WHERE id = ?1').bind(fence).first()) !== null
}
