/** Rows for the database as JSON arrays: one value for many rows, so that neither statements nor bound parameters grow with them. */

/** D1 takes values up to 2 MB; this many UTF-16 units stay below that in any script. */
const MAX_VALUE_CHARS = 500_000

/** @returns the values as JSON arrays, as few as fit into D1's limit for a value. */
export function chunks(values: readonly object[]): readonly string[] {
  const jsons = values.map((value) => JSON.stringify(value))
  return groupsThatFit(jsons, ({ length }) => length).map(arrayOf)
}

/** @returns the firsts and the seconds of the pairs as JSON arrays, in which what was a pair has the same place. */
export function chunksInStep(pairs: readonly (readonly [object, object])[]): readonly (readonly [string, string])[] {
  const jsons = pairs.map(([first, second]) => [JSON.stringify(first), JSON.stringify(second)] as const)
  return groupsThatFit(jsons, ([first, second]) => Math.max(first.length, second.length)).map((group) => {
    return [arrayOf(group.map(([first]) => first)), arrayOf(group.map(([, second]) => second))] as const
  })
}

function groupsThatFit<T>(values: readonly T[], charsOf: (value: T) => number): readonly (readonly T[])[] {
  const groups: T[][] = []
  let openChars = Number.POSITIVE_INFINITY
  for (const value of values) {
    const chars = charsOf(value)
    if (openChars + chars > MAX_VALUE_CHARS) {
      groups.push([])
      openChars = 0
    }
    groups.at(-1)?.push(value)
    openChars += chars + 1
  }
  return groups
}

function arrayOf(jsons: readonly string[]): string {
  return `[${jsons.join()}]`
}
