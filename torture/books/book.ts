/** What a book is held against, and how it says that it does not agree. */
import type { World } from '../world.ts'
import type { Kept, Told } from './evidence.ts'

export interface Evidence {
  readonly world: World
  readonly told: Told
  readonly kept: Kept
  /** Whether holds that a kill orphaned were waited for. */
  readonly holdsAwaited: boolean
}

/** Compares one book with the others. @returns one line of words for each mismatch, with the lead's id where there is one */
export type Book = (evidence: Evidence) => Iterable<string>

/** @returns the name of a buyer of this id */
export function buyerOf({ world }: Evidence, id: string): string {
  return Object.entries(world.market.buyerIds).find(([, known]) => known === id)?.[0] ?? id
}

/** @returns the person that each lead of the database is about */
export function phonesOf({ told }: Evidence): ReadonlyMap<string, string> {
  return new Map(told.leads.map(({ id, fields }) => [id, fields?.phone ?? '']))
}

export function sumOf<Row>(rows: Iterable<Row>, amount: (row: Row) => number): number {
  let sum = 0
  for (const row of rows) sum += amount(row)
  return sum
}
