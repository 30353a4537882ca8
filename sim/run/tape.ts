/** A history's draws as text: numbers, with `*n` for n zeros in a row. What follows the last number is zero. */

export function writeTape(tape: readonly number[]): string {
  const parts: string[] = []
  let zeros = 0
  for (const value of tape) {
    if (value === 0) {
      zeros += 1
      continue
    }
    if (zeros > 0) parts.push(zeros === 1 ? '0' : `*${zeros}`)
    zeros = 0
    parts.push(String(value))
  }
  return parts.join('.')
}

/** @throws where the text is no tape */
export function readTape(text: string): readonly number[] {
  if (text === '') return []
  return text.split('.').flatMap((part) => {
    const match = /^(\*?)(\d{1,9})$/.exec(part)
    if (match === null) throw new Error(`--replay: expected numbers as printed, found "${part}"`)
    const value = Number(match[2])
    if (match[1] === '') return [value]
    if (value > 100_000) throw new Error('--replay: too many zeros')
    return new Array<number>(value).fill(0)
  })
}
