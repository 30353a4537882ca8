/** Which of the known systems an answer may come from: those whose own rules read it. */
import type { AnswerSpec, Selector } from '../../../contracts/buyer-contract'
import { type Preset, presets } from '../../presets'
import { means } from '../compare'
import { type AnswerReading, type Outcome, readAnswer } from '../read'
import type { WireResponse } from '../response'
import { priceIn } from './fields'
import type { Outline } from './leaves'
import { oppositeOf } from './words'

export interface KnownSystem {
  readonly preset: string
  readonly call: 'ping' | 'post'
  readonly answer: AnswerSpec
  readonly meaning: Outcome
  readonly why: string
  readonly confidence: number
}

/** From here on a rule of the system itself has read the body. */
export const DECISIVE = 0.75
/** What a system adds at most for naming all that the answer has. */
const COVERAGE = 0.25
/** A field of a yes that says something else. */
const BY_ITS_YES = 0.55
const BY_PRESENCE = 0.4
/** The status alone: worth telling only where there is nothing else. */
export const BY_STATUS = 0.1

/** An answer that is looked at. */
export interface SampleOutline {
  readonly outline: Outline
  /** Of an XML document; paths may begin with it. */
  readonly rootName: string | null
}

type Call = 'ping' | 'post'

/** @param call what the sample answered; null where that is not known */
export function knownSystems(response: WireResponse, call: Call | null, sample: SampleOutline): readonly KnownSystem[] {
  // Where nobody says which call it answered, a price is a bid.
  const isPriced = call === null && priceIn(sample.outline.leaves) !== null
  const calls: readonly Call[] = call === null ? ['ping', 'post'] : [call]
  return [...presets().values()].flatMap((preset) => {
    const read = calls
      .map((one) => assess(preset, response, { ...sample, call: one, needsPrice: one === 'ping' || isPriced }))
      .filter((system) => system !== null)
      .sort((left, right) => right.confidence - left.confidence)
    return read.slice(0, 1)
  })
}

interface Sample extends SampleOutline {
  readonly call: Call
  readonly needsPrice: boolean
}

function assess(preset: Preset, response: WireResponse, sample: Sample): KnownSystem | null {
  const { call } = sample
  const { answer } = preset[call]
  const reading = readAnswer(answer, response)
  const base = baseOf(reading, answer, sample)
  if (base === null) return null
  const share = coverage(answer, sample)
  return {
    preset: preset.name,
    call,
    answer,
    meaning: reading.outcome,
    why: `${preset.title}: ${grounds(reading)}; its rules name ${share.named} of ${share.all} values`,
    confidence: base + (share.all === 0 || base === BY_STATUS ? 0 : (COVERAGE * share.named) / share.all),
  }
}

function grounds({ decidedBy, decidedByEnvelope }: AnswerReading): string {
  if (decidedBy === null) return 'its field of a yes is there and says no'
  return decidedByEnvelope ? `${decidedBy} goes by the status alone` : `${decidedBy} decides`
}

/** @returns how far the reading alone speaks for the system; null where it does not read the answer */
function baseOf(reading: AnswerReading, answer: AnswerSpec, sample: Sample): number | null {
  if (reading.outcome === 'unknown') return null
  if (reading.decidedBy === null) return reading.outcome === 'rejected' ? byItsYes(answer, sample) : null
  if (reading.decidedByEnvelope) return BY_STATUS
  if (reading.outcome !== 'accepted') return DECISIVE
  // A bid whose price it does not find is not read; nor is a yes that goes by an id alone.
  const hasPrice = reading.price?.ok === true || reading.bids.length > 0
  const isById = ruleOf(answer, reading.decidedBy)?.op === 'exists'
  return !hasPrice && (sample.needsPrice || isById) ? BY_PRESENCE : DECISIVE
}

/** A system that only says what a yes looks like says no by not saying yes: in plain words where it says the opposite. */
function byItsYes(answer: AnswerSpec, { outline }: Sample): number | null {
  for (const { path, value } of answer.accepted ?? []) {
    const leaf = outline.leaves.find((candidate) => candidate.path === path)
    if (leaf === undefined || leaf.value === null || value === undefined || typeof value === 'object') continue
    const opposite = oppositeOf(value)
    return opposite !== null && means(leaf.value, opposite) ? DECISIVE : BY_ITS_YES
  }
  return null
}

function ruleOf(answer: AnswerSpec, name: string): { readonly op: string } | undefined {
  const [, outcome = '', index = ''] = /^(\w+)\[(\d+)\]$/.exec(name) ?? []
  return answer[outcome as 'accepted']?.[Number(index)]
}

/** How many of the answer's values the rules and selectors name, its root element counted as one. */
function coverage(
  answer: AnswerSpec,
  { outline, rootName }: SampleOutline,
): { readonly named: number; readonly all: number } {
  const paths = pathsOf(answer)
  const bare = rootName === null ? paths : paths.map((path) => path.replace(`${rootName}.`, ''))
  const namesRoot = rootName !== null && paths.some((path) => path.startsWith(`${rootName}.`))
  const named = outline.leaves.filter(({ path }) =>
    bare.some((known) => path === known || path.startsWith(`${known}[`)),
  )
  return { named: named.length + Number(namesRoot), all: outline.leaves.length + Number(rootName !== null) }
}

function pathsOf(answer: AnswerSpec): readonly string[] {
  const { error, duplicate, rejected, pending, accepted, price, reason, reference, redirect_url, captures, bids } =
    answer
  const rules = [error, duplicate, rejected, pending, accepted].flatMap((list) => list ?? [])
  const selectors: readonly Selector[] = [
    ...[price, reason, reference, redirect_url].flatMap((list) => list ?? []),
    ...Object.values(captures ?? {}),
    ...(bids === undefined ? [] : [bids.each]),
  ]
  const selected = selectors.map((selector) => (typeof selector === 'string' ? selector : selector.path))
  return [...rules.map(({ path }) => path), ...selected].filter((path) => path !== undefined)
}
