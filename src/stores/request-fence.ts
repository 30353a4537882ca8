/**
 * Batches that are made for a request which is named: committed together with a row of that name, so that the request takes
 * effect once, however often it is tried.
 */
import { eq } from 'drizzle-orm'
import { type Database, runBatch, type Statement } from './database'
import { requestFences } from './schema'

/** The request that the change is made for has made it already. */
export class RepeatedChange extends Error {}

export interface Fenced {
  /** RFC 3339 UTC. */
  readonly at: string
  /** Names the request; left out where it has no name. */
  readonly fence?: string | undefined
}

/**
 * Runs the statements as one transaction.
 *
 * @returns their rows, in their order
 * @throws RepeatedChange where the request has taken effect before
 */
export async function runOnce(
  database: Database,
  { fence, at }: Fenced,
  statements: readonly Statement[],
): Promise<readonly unknown[]> {
  if (fence === undefined) return await runBatch(database, statements)
  const fenced = database.insert(requestFences).values({ id: fence, createdAt: at })
  try {
    return (await runBatch(database, [fenced, ...statements])).slice(1)
  } catch (error) {
    throw (await isFenced(database, fence)) ? new RepeatedChange() : error
  }
}

async function isFenced(database: Database, fence: string): Promise<boolean> {
  return (await database.select().from(requestFences).where(eq(requestFences.id, fence))).length > 0
}
