/** Rules for answers that are a line of text: `ACCEPTED,https://…`, `1|14.50|tok_9`, `DUPLICATE`, `Error: no zip`. */
import type { AnswerSpec } from '../../../contracts/buyer-contract'
import { readPrice } from '../price'
import type { Decision } from './decide'
import type { Selectors } from './fields'
import { likelyYes, type Meaning, meaningOf, OTHER_WORDS } from './words'

interface Line {
  readonly tokens: readonly string[]
  /** Escaped for a pattern; '' where the text is one token. */
  readonly delimiter: string
}

const DELIMITERS = ['|', ',', ';', '\t', '~', '^', ':'] as const

/** @param text without white space around it */
export function textProposal(text: string): (Decision & { readonly selectors: Selectors }) | null {
  const line = tokensOf(text)
  const [first = ''] = line.tokens
  const meaning = meaningOf(first)
  if (meaning === null) return null
  const decision = decisionBy(first, meaning, line.delimiter)
  return { ...decision, selectors: meaning === 'accepted' ? valuesIn(line) : restAsReason(line, first) }
}

/** Splits at the first delimiter that makes the beginning a word that means something. */
function tokensOf(text: string): Line {
  for (const delimiter of DELIMITERS) {
    const tokens = text.split(delimiter)
    if (tokens.length > 1 && meaningOf(tokens[0] ?? '') !== null) {
      return { tokens: tokens.map((token) => token.trim()), delimiter: escaped(delimiter) }
    }
  }
  const [word = '', ...rest] = text.split(/\s+/)
  return rest.length > 0 && meaningOf(text) === null
    ? { tokens: [word, rest.join(' ')], delimiter: '\\s' }
    : { tokens: [text], delimiter: '' }
}

function decisionBy(first: string, meaning: Meaning, delimiter: string): Decision {
  const begins = (words: readonly string[]) => {
    const word = words.length === 1 ? escaped(words[0] ?? '') : `(?:${words.map(escaped).join('|')})`
    return { op: 'regex' as const, value: `^${word}\\s*${delimiter === '' ? '$' : `(?:$|${delimiter})`}` }
  }
  const others = {
    error: [begins([...OTHER_WORDS.error])],
    duplicate: [begins([...OTHER_WORDS.duplicate])],
    pending: [begins([...OTHER_WORDS.pending])],
  }
  const said = `the text begins with ${JSON.stringify(first)}`
  if (meaning === 'accepted') {
    const rules: AnswerSpec = { ...others, accepted: [begins([first])] }
    return { rules, meaning, why: `${said}, a yes; any other answer is a no`, confidence: 0.65 }
  }
  const yes = first === '0' ? ['1'] : likelyYes(first)
  const rules: AnswerSpec = { ...others, [meaning]: [begins([first])], accepted: [begins(yes)] }
  return { rules, meaning, why: `${said}, no yes; what a yes looks like is a guess: read one, too`, confidence: 0.5 }
}

/** By position, since that is all there is to go by. */
function valuesIn({ tokens, delimiter }: Line): Selectors {
  const at = (index: number, what: string) => ({ regex: `^(?:[^${delimiter}]*${delimiter}){${index}}\\s*(${what})` })
  const url = tokens.findIndex((token) => /^https?:\/\//i.test(token))
  // What looks like more of the line after an address is part of the address.
  const rest = tokens.map((token, index) => ({ token, index })).slice(1, url < 0 ? undefined : url)
  const price = rest.find(({ token }) => readPrice(token).ok && !/^\d{7,}$/.test(token))
  const reference = rest.find((item) => item !== price && /^[\w-]{2,64}$/.test(item.token))
  return {
    ...(price !== undefined && { price: [at(price.index, `[^${delimiter}]+`)] }),
    ...(reference !== undefined && { reference: [at(reference.index, `[^${delimiter}]+`)] }),
    ...(url > 0 && { redirect_url: [at(url, 'https?://\\S+')] }),
  }
}

function restAsReason({ tokens, delimiter }: Line, first: string): Selectors {
  if (tokens.length < 2) return {}
  return { reason: [{ regex: `^${escaped(first)}\\s*${delimiter}+\\s*(.*)` }] }
}

function escaped(text: string): string {
  return text === '\t' ? '\\t' : text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')
}
