/** Compares, after the returns, what was reversed with what people said, and accounts with what was reversed. */
import { keyOf, type Returns } from '../world/returns.ts'
import type { World } from '../world/world.ts'
import { hold } from './broken.ts'

/** @throws Broken */
export function checkReturned(world: World, returns: Returns): void {
  const { database } = world
  for (const key of returns.told) {
    hold(
      database.reversals.some((row) => keyOf(row) === key),
      2,
      () => `${key} was told to be returned, and is not reversed`,
    )
  }
  const seen = new Set<string>()
  for (const row of database.reversals) {
    const key = keyOf(row)
    hold(!seen.has(key), 2, () => `${key} is reversed twice`)
    seen.add(key)
    hold(returns.wished.has(key), 2, () => `${key} is reversed, and nobody approved of it`)
    checkAmounts(world, key, row)
  }
  checkReports(world)
  checkAccounts(world)
}

/** Both sides, as the buyer took it. */
function checkAmounts({ ledger }: World, key: string, row: World['database']['reversals'][number]): void {
  const take = ledger.takes.find((other) => keyOf(other) === key)
  const priceMicros = take?.priceMicros ?? 0
  hold(row.revenueMicros === -priceMicros, 2, () => `${key} gives back ${-row.revenueMicros} of ${priceMicros}`)
  const paid = ledger.payoutFor(priceMicros)
  hold(row.payoutMicros === -paid, 2, () => `${key} takes back ${-row.payoutMicros} of ${paid}`)
}

function checkReports({ database }: World): void {
  const rollups = [...database.returned.values()]
  const count = rollups.reduce((sum, { sales }) => sum + sales, 0)
  const revenue = rollups.reduce((sum, { revenueMicros }) => sum + revenueMicros, 0)
  const booked = database.reversals.reduce((sum, { revenueMicros }) => sum - revenueMicros, 0)
  hold(count === database.reversals.length, 2, () => 'the reports count another number of returns')
  hold(revenue === booked, 2, () => 'the reports have returned another revenue')
}

/** An account counts what it holds but for what is returned with its place, and owes what is returned without. */
function checkAccounts({ accounts, database }: World): void {
  for (const [buyerId, { instance }] of accounts) {
    const held = instance.holds().filter(({ status }) => status !== 'released')
    const returned = [...database.returns.values()].filter(
      (row) => row.buyerId === buyerId && row.status === 'approved',
    )
    const restored = returned.filter(({ restoreCaps }) => restoreCaps)
    const { used, creditedMicros } = instance
    hold(used.count === held.length - restored.length, 2, () => `${buyerId} counts ${used.count} after its returns`)
    const owed = returned.reduce((sum, row) => sum + (row.restoreCaps ? 0 : row.revenueMicros), 0)
    hold(creditedMicros === owed, 2, () => `${buyerId} is owed ${owed} for returns, and has ${creditedMicros}`)
  }
}
