/** An invariant that did not hold. Ends the history. */

/** By the numbers of the design. */
export type Invariant = 1 | 2 | 3 | 5 | 6 | 7 | 10

export const WORDS: { readonly [invariant in Invariant]: string } = {
  1: 'a lead is sold at most max_sells times, and to one buyer at most once',
  2: 'charged exactly when sold',
  3: 'an acknowledged lead is never lost',
  5: 'a bid that is late, out of bounds or no number never wins',
  6: 'caps, budgets and balances are never exceeded',
  7: 'the same request twice has one effect and one answer',
  10: 'every auction settles or reaches the operator in time',
}

export class Broken extends Error {
  readonly invariant: Invariant

  constructor(invariant: Invariant, words: string) {
    super(`invariant ${invariant} (${WORDS[invariant]}): ${words}`)
    this.invariant = invariant
  }
}

export function hold(isSo: boolean, invariant: Invariant, words: () => string): void {
  if (!isSo) throw new Broken(invariant, words())
}
