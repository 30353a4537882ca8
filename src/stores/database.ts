/** The database as the stores see it: D1 through drizzle, where several statements are one transaction only as a batch. */
import { type SQL, sql } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import { type DrizzleD1Database, drizzle } from 'drizzle-orm/d1'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'

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

/** Whether a column is one of the values, which travel as one parameter: there may be more of them than D1 takes. */
export function isAmong(column: SQLiteColumn, values: readonly string[]): SQL {
  return sql`${column} IN (SELECT value FROM json_each(${JSON.stringify(values)}))`
}
