/**
 * Reads a buyer's answer by its contract's rules.
 *
 * Rules are tried in one order: error, duplicate, rejected, pending, accepted. What matches none is not accepted: where the
 * contract says what a no looks like, the answer is unknown; where it only says what a yes looks like, it is a no.
 */
import type { AnswerFormat, AnswerSpec } from '../../contracts/buyer-contract'
import { memo } from '../memo'
import { PatternBudget, PatternBudgetSpent } from '../pattern/pattern'
import { readDocument } from './document'
import { type Found, findIn, type Path } from './path'
import { type PriceReading, readPrice } from './price'
import { textOfBody, type WireResponse } from './response'
import {
  type CompiledRule,
  type CompiledSelector,
  compileRule,
  compileSelector,
  firstOf,
  pathOf,
  type Reading,
  textAt,
} from './rules'

export type Outcome = 'accepted' | 'duplicate' | 'rejected' | 'error' | 'pending' | 'unknown'

const ORDER = ['error', 'duplicate', 'rejected', 'pending', 'accepted'] as const satisfies readonly Outcome[]

export interface BidReading {
  readonly price: PriceReading
  readonly reference: string | null
}

export interface AnswerReading {
  /** What the body turned out to be, whatever its content type says; null where there is none. */
  readonly format: AnswerFormat | null
  readonly outcome: Outcome
  /** The rule that decided, as `accepted[0]`; null where none matched. */
  readonly decidedBy: string | null
  /** Whether that rule was about the status or a header, and so holds whatever the status means by itself. */
  readonly decidedByEnvelope: boolean
  /** Whether the body could be read in the way the rules ask. */
  readonly parsed: boolean
  /** What is read from an answer that is a yes; null in all others, whatever they carry. */
  readonly price: PriceReading | null
  readonly bids: readonly BidReading[]
  readonly reason: string | null
  readonly reference: string | null
  readonly redirectUrl: string | null
  readonly captures: { readonly [name: string]: string }
}

interface CompiledAnswer {
  readonly format: AnswerSpec['format']
  readonly rules: readonly {
    readonly outcome: Outcome
    readonly name: string
    readonly onEnvelope: boolean
    readonly holds: CompiledRule
  }[]
  readonly saysNo: boolean
  /** What the rules need of the body: structure, any text, or nothing. */
  readonly needs: 'tree' | 'text' | 'nothing'
  readonly price: readonly CompiledSelector[]
  readonly reason: readonly CompiledSelector[]
  readonly reference: readonly CompiledSelector[]
  readonly redirectUrl: readonly CompiledSelector[]
  readonly captures: readonly (readonly [name: string, select: CompiledSelector])[]
  readonly bids: {
    readonly each: Path
    readonly price: CompiledSelector
    readonly reference: CompiledSelector | null
  } | null
}

const answers = new WeakMap<AnswerSpec, CompiledAnswer>()
const answerOf = memo((json) => compile(JSON.parse(json) as AnswerSpec))

/** @throws AnswerError where a path or pattern is malformed, which checkBuyerContract would have said */
export function compiledAnswer(spec: AnswerSpec): CompiledAnswer {
  const known = answers.get(spec)
  if (known !== undefined) return known
  const compiled = answerOf(JSON.stringify(spec))
  answers.set(spec, compiled)
  return compiled
}

function compile(spec: AnswerSpec): CompiledAnswer {
  const rules = ORDER.flatMap((outcome) =>
    (spec[outcome] ?? []).map((rule, index) => ({
      outcome,
      name: `${outcome}[${index}]`,
      onEnvelope: rule.on === 'status' || rule.on === 'header',
      holds: compileRule(rule, outcome !== 'accepted'),
    })),
  )
  const onBody = ORDER.flatMap((outcome) => spec[outcome] ?? []).filter(({ on = 'body' }) => on === 'body')
  return {
    format: spec.format,
    rules,
    saysNo: (spec.rejected ?? []).length > 0,
    needs: onBody.some(({ path }) => path !== undefined) ? 'tree' : onBody.length > 0 ? 'text' : 'nothing',
    price: (spec.price ?? []).map(compileSelector),
    reason: (spec.reason ?? []).map(compileSelector),
    reference: (spec.reference ?? []).map(compileSelector),
    redirectUrl: (spec.redirect_url ?? []).map(compileSelector),
    captures: Object.entries(spec.captures ?? {}).map(([name, selector]) => [name, compileSelector(selector)] as const),
    bids:
      spec.bids === undefined
        ? null
        : {
            each: pathOf(spec.bids.each),
            price: compileSelector(spec.bids.price),
            reference: spec.bids.reference === undefined ? null : compileSelector(spec.bids.reference),
          },
  }
}

/** @returns what the answer says by the contract's rules, not regarding what its status means by itself */
export function readAnswer(spec: AnswerSpec, response: WireResponse): AnswerReading {
  const answer = compiledAnswer(spec)
  const reading = readingOf(answer, response)
  try {
    return readBy(answer, reading)
  } catch (error) {
    if (error instanceof PatternBudgetSpent) return UNREADABLE
    throw error
  }
}

/** What no rule could be tried on to its end. */
const UNREADABLE: AnswerReading = {
  format: null,
  outcome: 'unknown',
  decidedBy: null,
  decidedByEnvelope: false,
  parsed: false,
  price: null,
  bids: [],
  reason: null,
  reference: null,
  redirectUrl: null,
  captures: {},
}

function readBy(answer: CompiledAnswer, reading: Reading): AnswerReading {
  const rule = answer.rules.find(({ holds }) => holds(reading))
  const { tree, text } = reading.document()
  const parsed = answer.needs === 'nothing' || (answer.needs === 'tree' ? tree !== null : text !== '')
  const unmatched = parsed && !answer.saysNo ? 'rejected' : 'unknown'
  const isYes = rule?.outcome === 'accepted'
  return {
    format: tree?.format ?? (text === '' ? null : 'text'),
    outcome: rule?.outcome ?? unmatched,
    decidedBy: rule?.name ?? null,
    decidedByEnvelope: rule?.onEnvelope ?? false,
    parsed: rule !== undefined || parsed,
    price: isYes ? priceIn(answer, reading) : null,
    bids: isYes ? bidsIn(answer, reading) : [],
    reason: textAt(firstOf(answer.reason, reading)),
    reference: textAt(firstOf(answer.reference, reading)),
    redirectUrl: webUrl(textAt(firstOf(answer.redirectUrl, reading))),
    captures: capturesIn(answer, reading),
  }
}

/** A body that was cut off is not read at all: half an answer may say the opposite of the whole. */
function readingOf(answer: CompiledAnswer, response: WireResponse): Reading {
  let document: ReturnType<typeof readDocument> | null = null
  return {
    status: response.status,
    get headers() {
      return response.headers
    },
    budget: new PatternBudget(),
    document() {
      document ??= readDocument(response.truncated === true ? '' : textOfBody(response.body), answer.format, () =>
        (response.headers['content-type'] ?? '').toLowerCase(),
      )
      return document
    },
  }
}

function priceIn(answer: CompiledAnswer, reading: Reading): PriceReading | null {
  const selected = firstOf(answer.price, reading)
  return selected === null ? null : readPrice(selected.value)
}

const MAX_BIDS = 100

function bidsIn(answer: CompiledAnswer, reading: Reading): BidReading[] {
  const { bids } = answer
  const found = bids === null ? null : findIn(reading.document(), bids.each)
  if (bids === null || found === null) return []
  const items: readonly unknown[] = Array.isArray(found.value) ? found.value : [found.value]
  return items
    .filter((item) => item !== null && item !== '')
    .slice(0, MAX_BIDS)
    .map((value) => {
      const item: Found = { value, isXml: found.isXml }
      return {
        price: readPrice(bids.price(reading, item)?.value),
        reference: textAt(bids.reference?.(reading, item) ?? null),
      }
    })
}

const MAX_CAPTURE_CHARS = 1_000

function capturesIn(answer: CompiledAnswer, reading: Reading): { readonly [name: string]: string } {
  const captures = Object.create(null) as { [name: string]: string }
  for (const [name, select] of answer.captures) {
    const text = textAt(select(reading))
    if (text !== null) captures[name] = text.slice(0, MAX_CAPTURE_CHARS)
  }
  return captures
}

/** A buyer's redirect reaches a consumer's browser: only a web address is passed on. */
function webUrl(text: string | null): string | null {
  return text !== null && text.length <= 2_048 && /^https?:\/\/[^\s"'<>\\]+$/i.test(text) ? text : null
}
