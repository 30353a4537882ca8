/**
 * Which value of an answer may be the one that decides, and the rules that follow from it.
 *
 * Only what the sample shows is certain. A word's opposite is a rule only where it is beyond doubt; where a sample is a no,
 * what a yes looks like is a guess and said to be one.
 */
import type { AnswerRule, AnswerSpec } from '../../../contracts/buyer-contract'
import type { Scalar } from '../path'
import type { Leaf } from './leaves'
import { DECISION_NAMES, likelyYes, type Meaning, meaningOf, OTHER_WORDS, oppositeOf, REFUSAL_NAMES } from './words'

export type Rules = Pick<AnswerSpec, Meaning>

export interface Decision {
  readonly rules: Rules
  /** What the sample must come out as for the rules to be right. */
  readonly meaning: Meaning
  readonly why: string
  /** From 0 to 1. */
  readonly confidence: number
}

/** Where a value stands, as a rule says it. */
export type RulePlace = Pick<AnswerRule, 'on' | 'path'>

const SURE = 0.7
const GUESSED_YES = 0.55
const RANK_STEP = 0.02
const OUTVOTED = 0.3

/** @returns what fields that are there to decide say, the most telling first */
export function decisionsOf(leaves: readonly Leaf[]): readonly Decision[] {
  const named = leaves
    .map((leaf) => ({ leaf, rank: DECISION_NAMES.indexOf(leaf.name), meaning: meaningOf(leaf.value) }))
    .filter(({ rank, meaning }) => rank >= 0 && meaning !== null)
    .sort((left, right) => left.rank - right.rank || left.leaf.depth - right.leaf.depth)
  const no = named.find(({ meaning }) => meaning !== 'accepted')?.leaf
  const decisions = named.flatMap(({ leaf, meaning }, index) => {
    if (meaning === null || leaf.value === null) return []
    const decision = decisionFrom({ path: leaf.path }, leaf.value, meaning)
    const confidence = decision.confidence - index * RANK_STEP
    // An envelope may say success around a no, never the other way round.
    if (no === undefined || meaning !== 'accepted') return [{ ...decision, confidence }]
    return [{ ...decision, why: `${decision.why}; but ${no.path} says no`, confidence: confidence - OUTVOTED }]
  })
  return [...decisions, ...refusalsOf(leaves), ...errorsOf(leaves)]
}

/** @returns the rules for one value that means something */
export function decisionFrom(place: RulePlace, value: Scalar, meaning: Meaning): Decision {
  const spelling = `${place.path ?? 'the text'} says ${JSON.stringify(value).slice(0, 80)}`
  const opposite = oppositeOf(value)
  if (opposite !== null) {
    const [yes, no] = meaning === 'accepted' ? [value, opposite] : [opposite, value]
    const rules = {
      rejected: [{ ...place, op: 'eq' as const, value: no }],
      accepted: [{ ...place, op: 'eq' as const, value: yes }],
    }
    return { rules, meaning, why: spelling, confidence: SURE }
  }
  if (meaning === 'accepted') {
    const rules = { ...otherWords(place), accepted: [{ ...place, op: 'eq' as const, value }] }
    return { rules, meaning, why: `${spelling}, a yes; any other answer is a no`, confidence: SURE }
  }
  const rules: Rules = {
    ...otherWords(place),
    [meaning]: [{ ...place, op: 'in', value: [...new Set([value, ...wordsFor(meaning)])] }],
    accepted: [{ ...place, op: 'in', value: [...likelyYes(value)] }],
  }
  return { rules, meaning, why: `${spelling}, no yes; ${GUESS}`, confidence: GUESSED_YES }
}

const GUESS = 'what a yes looks like is a guess: read one of those, too'

function wordsFor(meaning: Meaning): readonly string[] {
  return meaning === 'accepted' || meaning === 'rejected' ? [] : OTHER_WORDS[meaning]
}

function otherWords(place: RulePlace): Rules {
  return {
    error: [{ ...place, op: 'in', value: [...OTHER_WORDS.error] }],
    duplicate: [{ ...place, op: 'in', value: [...OTHER_WORDS.duplicate] }],
    pending: [{ ...place, op: 'in', value: [...OTHER_WORDS.pending] }],
  }
}

/** `{"duplicate": true}`: a flag whose yes is a no. */
function refusalsOf(leaves: readonly Leaf[]): readonly Decision[] {
  return leaves.flatMap(({ path, name, value }) => {
    const meaning = Object.hasOwn(REFUSAL_NAMES, name) ? REFUSAL_NAMES[name] : undefined
    if (meaning === undefined || value === null || meaningOf(value) !== 'accepted') return []
    const rules: Rules = {
      [meaning]: [{ path, op: 'eq', value }],
      accepted: [{ path, op: 'eq', value: oppositeOf(value) ?? false }],
    }
    return [{ rules, meaning, why: `${path} says ${JSON.stringify(value)}; ${GUESS}`, confidence: GUESSED_YES }]
  })
}

const ERROR_NAMES = new Set(['error', 'errors', 'errormessage', 'errorcode', 'exception'])
const YES_UNSEEN: readonly AnswerRule[] = [
  { path: 'accepted', op: 'eq', value: true },
  { path: 'price', op: 'gt', value: 0 },
]

/** An error that says what is wrong, where nothing else decides. */
function errorsOf(leaves: readonly Leaf[]): readonly Decision[] {
  const found = leaves.find(
    ({ name, parent, value }) => value !== null && (ERROR_NAMES.has(name) || ERROR_NAMES.has(parent)),
  )
  if (found === undefined || typeof found.value === 'boolean') return []
  const rules: Rules = { error: [{ path: found.path, op: 'exists' }], accepted: [...YES_UNSEEN] }
  return [{ rules, meaning: 'error', why: `${found.path} tells an error; ${GUESS}`, confidence: GUESSED_YES - 0.1 }]
}
