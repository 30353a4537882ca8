/** The buyers' accounts: what is sold there is what the ledger has, balances are credits less sales, nothing is held for ever. */
import { microsOf } from '../money.ts'
import { type Book, buyerOf, type Evidence, sumOf } from './book.ts'

/** By then an account has asked about what it holds: a younger hold may be one that a kill has orphaned. */
const ASKED_AFTER_MS = 21 * 60_000

export const accountsBook: Book = function* (evidence) {
  yield* holds(evidence)
  yield* balances(evidence)
}

function* holds({ kept, holdsAwaited }: Evidence): Iterable<string> {
  const sold = Map.groupBy(
    kept.holds.filter(({ status }) => status === 'sold'),
    ({ contract_id }) => contract_id,
  )
  const sales = Map.groupBy(kept.ledger, ({ contract_id }) => contract_id)
  for (const id of new Set([...sold.keys(), ...sales.keys()])) {
    const [inAccount, inLedger] = [sold.get(id) ?? [], sales.get(id) ?? []]
    const micros = [
      sumOf(inAccount, (hold) => hold.price_micros),
      sumOf(inLedger, (row) => row.revenue_micros),
    ] as const
    if (inAccount.length !== inLedger.length || micros[0] !== micros[1]) {
      yield `contract ${id}: its account sold ${inAccount.length} for ${micros[0]} micros, the ledger ${inLedger.length} for ${micros[1]}`
    }
  }
  const now = Date.now()
  for (const { status, contract_id, price_micros, at } of kept.holds) {
    if (status !== 'held' || (!holdsAwaited && now - at < ASKED_AFTER_MS)) continue
    yield `contract ${contract_id}: ${price_micros} micros are still held, since ${new Date(at).toISOString()}`
  }
}

function* balances(evidence: Evidence): Iterable<string> {
  const { told, kept, world } = evidence
  const sales = Map.groupBy(kept.ledger, ({ buyer_id }) => buyerOf(evidence, buyer_id))
  for (const [buyer, { balance, held, spent, credited }] of told.balances) {
    const micros = { credited: microsOf(credited), spent: microsOf(spent), held: microsOf(held) }
    const ledger = sumOf(sales.get(buyer) ?? [], (row) => row.revenue_micros)
    if (micros.credited !== world.market.credits[buyer]) yield `${buyer}: ${credited} credited, which nobody paid in`
    if (micros.spent - micros.held !== ledger) {
      yield `${buyer}: ${micros.spent} micros spent of which ${micros.held} are held, and the ledger charges ${ledger}`
    }
    if (microsOf(balance) !== micros.credited - micros.spent) yield `${buyer}: the balance is ${balance}`
  }
}
