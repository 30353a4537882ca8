/**
 * The order of a tenant's changes to its suppression lists: whoever writes raises the number first and reads it within the same
 * batch, so that what has a lower number was committed before.
 */
import { type SQL, sql } from 'drizzle-orm'
import { BUCKETS } from '../contracts/suppression-index'
import type { Database, Statement } from './database'
import { suppressionChanges, suppressionIndexes, suppressionLists } from './schema'

const ALL_BUCKETS = JSON.stringify(Array.from({ length: BUCKETS }, (_, bucket) => bucket))

export function raiseSequence(database: Database, tenantId: string): Statement {
  return database
    .insert(suppressionIndexes)
    .values({ tenantId, sequence: 1 })
    .onConflictDoUpdate({
      target: suppressionIndexes.tenantId,
      set: { sequence: sql`${suppressionIndexes.sequence} + 1` },
    })
}

/** @returns the number that this batch has raised */
export function sequenceOf(tenantId: string): SQL<number> {
  return sql`(SELECT sequence FROM suppression_indexes WHERE tenant_id = ${tenantId})`
}

export interface IndexChange {
  readonly importId: string | null
  /** How many entries of the import it brings. */
  readonly entries: number
  readonly buckets: readonly number[] | SQL
  /** RFC 3339 UTC. */
  readonly at: string
}

/** @returns the order to build these buckets anew, under the number that the batch has raised */
export function orderBuild(database: Database, tenantId: string, { at, ...change }: IndexChange): Statement {
  return database
    .insert(suppressionChanges)
    .values({ ...change, tenantId, sequence: sequenceOf(tenantId), createdAt: at })
}

/** The buckets that the list has anything in, as JSON: 256 looks into the key, whatever the list's size. */
export function bucketsOfList(tenantId: string, listNumber: number): SQL {
  return sql`(
    SELECT json_group_array(value) FROM json_each(${ALL_BUCKETS})
    WHERE EXISTS (
      SELECT 1 FROM suppression_pieces
      WHERE tenant_id = ${tenantId} AND bucket = value AND list_number = ${listNumber}
    )
  )`
}

/** @returns the layer of a list, or null where it is archived: no piece can be stored in it then */
export function layerOf(tenantId: string, listId: string): SQL<number> {
  return sql`(
    SELECT layer FROM ${suppressionLists} WHERE tenant_id = ${tenantId} AND id = ${listId} AND archived_at IS NULL
  )`
}
