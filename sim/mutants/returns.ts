/** Faults of what happens after the sale. */
import { driverMutant, type Mutant } from './mutant.ts'

export const RETURN_MUTANTS: readonly Mutant[] = [
  driverMutant(
    'second-return-of-a-sale',
    'a sale can be returned by its buyer and by the operator',
    'world/database.ts',
    'if (this.#hasReturn(row)) return false',
    '',
  ),
  driverMutant(
    'approved-twice',
    'a return that is approved can be approved again',
    'world/database.ts',
    'if (!mayBe) return null',
    '',
  ),
  driverMutant(
    'return-of-one-side',
    'the buyer gets its price back, and the supplier keeps its payout',
    'world/database.ts',
    'payoutMicros: -payoutMicros })',
    'payoutMicros: 0 })',
  ),
  driverMutant(
    'return-counted-when-told',
    "the buyer's account counts a return each time that it is told",
    'objects/buyer-account.ts',
    'if (this.#host.disk.get(key) !== undefined) return',
    '',
  ),
  driverMutant(
    'return-told-once',
    'what the account does not hear of a return is not told again',
    'world/return-desk.ts',
    'database.untoldReturns())) {',
    'database.untoldReturns().slice(0, 0))) {',
  ),
  driverMutant(
    'return-marked-unheard',
    'the account counts as told before it has heard',
    'world/return-desk.ts',
    'yield* call(this.#host, this.#account(row.buyerId), (account) => account.takeBack(row))\n    yield* call(this.#host, this.#database, (database) => database.accountTold(row.id))',
    'yield* call(this.#host, this.#database, (database) => database.accountTold(row.id))\n    yield* call(this.#host, this.#account(row.buyerId), (account) => account.takeBack(row))',
  ),
]
