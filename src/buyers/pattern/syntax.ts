/**
 * Reads an operator's pattern into a tree.
 *
 * Takes the part of regular expressions that can be matched in linear time, and says what it refuses: look-around,
 * back-references, and repeats of something that can be empty. Case is always ignored.
 */
import { type CharTest, literalTest, NOT_NEWLINE } from './chars'
import { Cursor, PatternError } from './cursor'

export type PatternNode =
  | { readonly kind: 'char'; readonly test: CharTest }
  | { readonly kind: 'assert'; readonly what: 'start' | 'end' | 'word' | 'not_word' }
  | { readonly kind: 'sequence'; readonly items: readonly PatternNode[] }
  | { readonly kind: 'choice'; readonly options: readonly PatternNode[] }
  | { readonly kind: 'group'; readonly number: number | null; readonly body: PatternNode }
  | {
      readonly kind: 'repeat'
      readonly body: PatternNode
      readonly min: number
      readonly max: number | null
      readonly lazy: boolean
    }

const MAX_REPEAT = 1_000
const MAX_NESTING = 20

/** @throws PatternError where the pattern is malformed or outside of what is taken */
export function parsePattern(source: string): PatternNode {
  const reader = new Reader(source.replace(/^\(\?i\)/, ''))
  const node = reader.choice(0)
  if (!reader.atEnd()) throw new PatternError('a closing parenthesis without an opening one')
  return node
}

/** Whether a node can match without taking a character. */
export function canBeEmpty(node: PatternNode): boolean {
  switch (node.kind) {
    case 'char':
      return false
    case 'assert':
      return true
    case 'sequence':
      return node.items.every(canBeEmpty)
    case 'choice':
      return node.options.some(canBeEmpty)
    case 'group':
      return canBeEmpty(node.body)
    case 'repeat':
      return node.min === 0 || canBeEmpty(node.body)
  }
}

class Reader extends Cursor {
  private groups = 0

  choice(depth: number): PatternNode {
    if (depth > MAX_NESTING) throw new PatternError(`groups nested deeper than ${MAX_NESTING}`)
    const options = [this.sequence(depth)]
    while (this.take('|')) options.push(this.sequence(depth))
    return options.length === 1 && options[0] !== undefined ? options[0] : { kind: 'choice', options }
  }

  private sequence(depth: number): PatternNode {
    const items: PatternNode[] = []
    while (!this.atEnd() && this.peek() !== '|' && this.peek() !== ')') items.push(this.repeated(this.atom(depth)))
    return { kind: 'sequence', items }
  }

  private atom(depth: number): PatternNode {
    const char = this.next()
    switch (char) {
      case '(':
        return this.group(depth)
      case '[':
        return { kind: 'char', test: this.charClass() }
      case '.':
        return { kind: 'char', test: NOT_NEWLINE }
      case '^':
        return { kind: 'assert', what: 'start' }
      case '$':
        return { kind: 'assert', what: 'end' }
      case '\\':
        return this.escape()
      case '*':
      case '+':
      case '?':
        throw new PatternError(`nothing to repeat before ${char}`)
      default:
        return { kind: 'char', test: literalTest(char.charCodeAt(0)) }
    }
  }

  private group(depth: number): PatternNode {
    let number: number | null = null
    if (this.take('?')) {
      const named = /^<[A-Za-z_]\w*>/.exec(this.source.slice(this.at))
      if (named !== null) this.at += named[0].length
      else if (!this.take(':')) throw new PatternError('look-around and inline flags are not taken')
      if (named !== null) number = ++this.groups
    } else {
      number = ++this.groups
    }
    const body = this.choice(depth + 1)
    if (!this.take(')')) throw new PatternError('a group is not closed')
    return { kind: 'group', number, body }
  }

  private repeated(atom: PatternNode): PatternNode {
    const bounds = this.quantifier()
    if (bounds === null) return atom
    if (canBeEmpty(atom)) throw new PatternError('repeats something that can be empty')
    const lazy = this.take('?')
    if (/^(?:[*+?]|\{\d)/.test(this.source.slice(this.at))) throw new PatternError('a quantifier follows a quantifier')
    return { kind: 'repeat', body: atom, ...bounds, lazy }
  }

  private quantifier(): { min: number; max: number | null } | null {
    if (this.take('*')) return { min: 0, max: null }
    if (this.take('+')) return { min: 1, max: null }
    if (this.take('?')) return { min: 0, max: 1 }
    const counted = /^\{(\d{1,4})(?:(,)(\d{1,4})?)?\}/.exec(this.source.slice(this.at))
    if (counted === null) return null
    this.at += counted[0].length
    const min = Number(counted[1])
    const max = counted[2] === undefined ? min : counted[3] === undefined ? null : Number(counted[3])
    if (min > MAX_REPEAT || (max !== null && (max > MAX_REPEAT || max < min))) {
      throw new PatternError(`repeats are from 0 to ${MAX_REPEAT}, the smaller first`)
    }
    return { min, max }
  }

  private escape(): PatternNode {
    if (this.peek() === 'b' || this.peek() === 'B') {
      return { kind: 'assert', what: this.next() === 'b' ? 'word' : 'not_word' }
    }
    const read = this.escaped()
    return { kind: 'char', test: typeof read === 'number' ? literalTest(read) : read }
  }
}
