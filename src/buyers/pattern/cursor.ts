/** Reads a pattern character by character: escapes, classes, and what is left. */
import { type CharTest, classTest, DIGIT, negated, type Range, SPACE, WORD } from './chars'

/** What is wrong with a pattern, in words for the operator. */
export class PatternError extends Error {}

export class Cursor {
  protected at = 0

  constructor(protected readonly source: string) {}

  atEnd(): boolean {
    return this.at >= this.source.length
  }

  /** @returns the code of an escaped character, or the test of an escaped class */
  protected escaped(): number | CharTest {
    const char = this.next()
    switch (char) {
      case 'd':
        return classTest(DIGIT, false)
      case 'D':
        return classTest(DIGIT, true)
      case 'w':
        return classTest(WORD, false)
      case 'W':
        return classTest(WORD, true)
      case 's':
        return classTest(SPACE, false)
      case 'S':
        return classTest(SPACE, true)
      case 'n':
        return 10
      case 'r':
        return 13
      case 't':
        return 9
      case 'f':
        return 12
      case 'v':
        return 11
      case 'x':
        return this.hex(2)
      case 'u':
        return this.hex(4)
      default:
        if (/[0-9A-Za-z]/.test(char)) throw new PatternError(`\\${char} is not taken`)
        return char.charCodeAt(0)
    }
  }

  private hex(digits: number): number {
    const text = this.source.slice(this.at, this.at + digits)
    if (text.length !== digits || !/^[0-9A-Fa-f]+$/.test(text)) throw new PatternError('a malformed hexadecimal escape')
    this.at += digits
    return Number.parseInt(text, 16)
  }

  protected charClass(): CharTest {
    const negate = this.take('^')
    const ranges: Range[] = []
    const tests: CharTest[] = []
    while (!this.take(']')) {
      const from = this.classItem()
      if (typeof from !== 'number') {
        tests.push(from)
        continue
      }
      const isRange = this.peek() === '-' && this.source[this.at + 1] !== ']'
      if (isRange) this.at += 1
      const to = isRange ? this.classItem() : from
      if (typeof to !== 'number' || to < from) throw new PatternError('a range of characters runs backwards')
      ranges.push([from, to])
    }
    const inRanges = classTest(ranges, false)
    const inside: CharTest = (code) => inRanges(code) || tests.some((test) => test(code))
    return negate ? negated(inside) : inside
  }

  private classItem(): number | CharTest {
    const char = this.next()
    if (char !== '\\') return char.charCodeAt(0)
    if (this.take('b')) return 8
    return this.escaped()
  }

  protected peek(): string {
    return this.source[this.at] ?? ''
  }

  protected next(): string {
    const char = this.source[this.at]
    if (char === undefined) throw new PatternError('the pattern ends too early')
    this.at += 1
    return char
  }

  protected take(char: string): boolean {
    if (this.peek() !== char) return false
    this.at += 1
    return true
  }
}
