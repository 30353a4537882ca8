/** @returns the most that happened within less than a second, whichever */
export function mostInASecond(times: readonly number[]): number {
  const sorted = times.toSorted((left, right) => left - right)
  let most = 0
  let from = 0
  for (const [index, at] of sorted.entries()) {
    while (at - (sorted[from] ?? at) >= 1_000) from += 1
    most = Math.max(most, index - from + 1)
  }
  return most
}
