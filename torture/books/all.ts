/** Every book, in the order in which a mismatch is best understood. */
import { accountsBook } from './accounts.ts'
import { auctionsBook } from './auctions.ts'
import type { Book, Evidence } from './book.ts'
import { clientsBook } from './clients.ts'
import { ledgerBook } from './ledger.ts'
import { rollupsBook } from './rollups.ts'
import { takesBook } from './takes.ts'
import { webhooksBook } from './webhooks.ts'

export const BOOKS: readonly (readonly [name: string, book: Book])[] = [
  ['suppliers', clientsBook],
  ['buyers', takesBook],
  ['auctions', auctionsBook],
  ['ledger', ledgerBook],
  ['rollups', rollupsBook],
  ['accounts', accountsBook],
  ['webhooks', webhooksBook],
]

/** @returns every mismatch, one line each, with the book that found it; none where all books agree */
export function reconcile(evidence: Evidence): readonly string[] {
  return BOOKS.flatMap(([name, book]) => [...book(evidence)].map((words) => `${name}: ${words}`))
}
