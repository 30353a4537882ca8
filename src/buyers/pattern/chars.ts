/** Tests of single characters (UTF-16 units), with case ignored the way the language's own patterns ignore it. */

export type CharTest = (code: number) => boolean
export type Range = readonly [from: number, to: number]

export const DIGIT: readonly Range[] = [[48, 57]]
export const WORD: readonly Range[] = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
]
export const SPACE: readonly Range[] = [
  [9, 13],
  [32, 32],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
]

export const NOT_NEWLINE: CharTest = (code) => code !== 10 && code !== 13 && code !== 0x2028 && code !== 0x2029

/** @returns the other test. */
export function negated(test: CharTest): CharTest {
  return (code) => !test(code)
}

/** @returns a test for one character in either case. */
export function literalTest(code: number): CharTest {
  const wanted = folded(code)
  return (other) => other === code || folded(other) === wanted
}

/** @returns a test for characters in, or outside of, the ranges, in either case. */
export function classTest(ranges: readonly Range[], outside: boolean): CharTest {
  const inside = (code: number): boolean => ranges.some(([from, to]) => code >= from && code <= to)
  const either = (code: number): boolean => variants(code).some(inside)
  // Nearly all that buyers send is ASCII: one look-up instead of a walk over ranges and cases.
  const ascii = Uint8Array.from({ length: 128 }, (_, code) => (either(code) !== outside ? 1 : 0))
  return (code) => (code < 128 ? ascii[code] === 1 : either(code) !== outside)
}

/** Whether a character counts as part of a word for `\b`. */
export function isWord(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95 || (code >= 97 && code <= 122)
}

/** Upper case of one unit; a letter outside ASCII never becomes an ASCII one. */
function folded(code: number): number {
  if (code < 128) return code >= 97 && code <= 122 ? code - 32 : code
  const upper = String.fromCharCode(code).toUpperCase()
  const first = upper.charCodeAt(0)
  return upper.length === 1 && first >= 128 ? first : code
}

function variants(code: number): number[] {
  const upper = folded(code)
  const lower = String.fromCharCode(upper).toLowerCase()
  const back = lower.length === 1 ? lower.charCodeAt(0) : code
  return folded(back) === upper ? [code, upper, back] : [code, upper]
}
