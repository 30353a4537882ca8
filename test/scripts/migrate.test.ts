import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migrate } from '../../scripts/serve/migrate.ts'

const TWO_TABLES = 'CREATE TABLE a (x);\n--> statement-breakpoint\nCREATE TABLE b (x);\n'
const BROKEN = 'CREATE TABLE c (x);\n--> statement-breakpoint\nINSERT INTO nowhere VALUES (1);\n'

let folder: string
let miniflare: Miniflare

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gavel-migrations-'))
  const worker = { name: 'migrating', modules: true, script: 'export default {}', d1Databases: { DB: 'db' } }
  miniflare = new Miniflare(convertV4MiniflareOptions({ cf: false, workers: [worker] }))
})

afterEach(async () => {
  await miniflare.dispose()
  await rm(folder, { recursive: true, force: true })
})

const put = (name: string, sql: string) => writeFile(join(folder, name), sql)

async function tables(): Promise<readonly unknown[]> {
  const database = await miniflare.getD1Database('DB')
  const statement = database.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND length(name) = 1 ORDER BY 1",
  )
  const { results } = (await statement.all()) as { results: readonly { readonly name: string }[] }
  return results.map(({ name }) => name)
}

describe('migrating', () => {
  it('applies what is new, in order and once', async () => {
    const database = await miniflare.getD1Database('DB')
    await put('0001_second.sql', 'ALTER TABLE a ADD COLUMN y;')
    await put('0000_first.sql', TWO_TABLES)
    expect(await migrate(database, folder)).toEqual(['0000_first.sql', '0001_second.sql'])
    expect(await migrate(database, folder)).toEqual([])
    await put('0002_third.sql', 'ALTER TABLE a ADD COLUMN z;')
    expect(await migrate(database, folder)).toEqual(['0002_third.sql'])
  })

  it('leaves nothing of a migration that does not go through, and takes it up again', async () => {
    const database = await miniflare.getD1Database('DB')
    await put('0000_first.sql', TWO_TABLES)
    await put('0001_second.sql', BROKEN)
    await expect(migrate(database, folder)).rejects.toThrow('Migration 0001_second.sql failed and left nothing behind')
    expect(await tables()).toEqual(['a', 'b'])
    await put('0001_second.sql', 'CREATE TABLE c (x);')
    expect(await migrate(database, folder)).toEqual(['0001_second.sql'])
    expect(await tables()).toEqual(['a', 'b', 'c'])
  })
})
