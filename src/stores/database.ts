/** The database as the stores see it: D1 through drizzle, where several statements are one transaction only as a batch. */
import type { BatchItem } from 'drizzle-orm/batch'
import { type DrizzleD1Database, drizzle } from 'drizzle-orm/d1'

export type Database = DrizzleD1Database
/** One statement that can be part of a batch. */
export type Statement = BatchItem<'sqlite'>

export function openDatabase(d1: D1Database): Database {
  return drizzle(d1)
}

/** Runs the statements as one transaction. @returns their rows, in their order */
export async function runBatch(database: Database, statements: readonly Statement[]): Promise<readonly unknown[]> {
  const [first, ...rest] = statements
  return first === undefined ? [] : await database.batch([first, ...rest])
}
