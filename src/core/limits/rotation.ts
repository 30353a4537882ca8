/**
 * Whose turn it is in a strict round robin: whoever was sold the fewest leads, those under way counted as sold.
 *
 * Who declined gets the next lead instead, until it has as many as the others. What it can catch up with has a bound: a buyer
 * that was closed over night, or is new, does not get all leads of the next day.
 */

/** How many leads a buyer may be behind, at most. */
export const MOST_BEHIND = 20

/** Leads by contract. */
export type Leads = ReadonlyMap<string, number>

/** @returns the contracts, the one whose turn it is first; of equal ones, in the order of their ids */
export function inTurn(contractIds: readonly string[], sold: Leads, underWay: Leads): readonly string[] {
  const counts = new Map(contractIds.map((id) => [id, soldTo(id, sold) + (underWay.get(id) ?? 0)]))
  const countOf = (id: string) => counts.get(id) ?? 0
  return [...contractIds].sort((left, right) => countOf(left) - countOf(right) || (left < right ? -1 : 1))
}

/** @returns how many leads a contract counts as sold: never many fewer than whoever was sold the most */
export function soldTo(contractId: string, sold: Leads): number {
  return Math.max(sold.get(contractId) ?? 0, Math.max(0, ...sold.values()) - MOST_BEHIND)
}
