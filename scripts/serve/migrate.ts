/**
 * Brings a database to the newest migration. What was applied is noted where wrangler notes it, so that both agree.
 *
 * A migration and its note are one batch, which D1 does as a whole or not at all: killed in the middle, it starts over.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Refusal } from '../refusal.ts'

/** As much of a D1 database as this needs. */
export interface MigratableDatabase {
  prepare(sql: string): MigratableStatement
  batch(statements: readonly MigratableStatement[]): Promise<unknown>
}

interface MigratableStatement {
  bind(...values: readonly unknown[]): MigratableStatement
  all(): Promise<{ readonly results: readonly unknown[] }>
}

const BREAKPOINT = '--> statement-breakpoint'
const CREATE_NOTES = `CREATE TABLE IF NOT EXISTS d1_migrations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT UNIQUE,
  applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)`

/** @returns the names of the migrations that were applied now */
export async function migrate(database: MigratableDatabase, folder: string): Promise<readonly string[]> {
  await database.batch([database.prepare(CREATE_NOTES)])
  const { results } = await database.prepare('SELECT name FROM d1_migrations').all()
  const applied = new Set(results.map((row) => (row as { name: string }).name))
  const waiting = migrationsIn(folder).filter((name) => !applied.has(name))
  for (const name of waiting) await apply(database, name, readFileSync(join(folder, name), 'utf8'))
  return waiting
}

async function apply(database: MigratableDatabase, name: string, sql: string): Promise<void> {
  const statements = sql.split(BREAKPOINT).filter((statement) => statement.trim() !== '')
  const note = database.prepare('INSERT INTO d1_migrations (name) VALUES (?)').bind(name)
  try {
    await database.batch([...statements.map((statement) => database.prepare(statement)), note])
  } catch (error) {
    throw new Refusal(`Migration ${name} failed and left nothing behind: ${(error as Error).message}`)
  }
}

function migrationsIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
}
