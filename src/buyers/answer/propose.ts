/**
 * Proposes rules for a buyer's answer from one sample of it.
 *
 * Known systems are tried first, by reading the sample with their own rules; what the names and words of the answer tell
 * comes after them. Each proposal has read the sample before it is made, and says what it goes by. A proposal is a draft: a
 * single sample never shows what all others look like, and no yes is ever taken from an HTTP status alone where the body says
 * anything.
 */
import type { AnswerFormat, AnswerSpec } from '../../contracts/buyer-contract'
import { type Document, readDocument } from './document'
import { type Decision, decisionsOf } from './proposing/decide'
import { priceIn, referencesIn, type Selectors, selectorsOf } from './proposing/fields'
import { BY_STATUS, DECISIVE, type KnownSystem, knownSystems } from './proposing/known-systems'
import { type Outline, outlineOf } from './proposing/leaves'
import { textProposal } from './proposing/plain-text'
import { readAnswer } from './read'
import { textOfBody, type WireResponse } from './response'

type Call = 'ping' | 'post'

export interface Proposal {
  /** A known system's name; null where the answer is spelt out. */
  readonly preset: string | null
  readonly call: Call
  readonly answer: AnswerSpec
  /** What it goes by, in words for the operator. */
  readonly why: string
  /** From 0 to 1; proposals are ordered by it. */
  readonly confidence: number
}

export interface Proposals {
  /** What the body turned out to be; null where there is none. */
  readonly format: AnswerFormat | null
  readonly proposals: readonly Proposal[]
}

const MAX_PROPOSALS = 8

/** @param call what the sample answered; null where that is not known */
export function proposeAnswers(response: WireResponse, call: Call | null): Proposals {
  const contentType = (response.headers['content-type'] ?? '').toLowerCase()
  const document = readDocument(textOfBody(response.body), undefined, () => contentType)
  const format = document.tree?.format ?? (document.text === '' ? null : 'text')
  const outline = outlineOf(document)
  const spelt = document.tree === null ? fromText(document.text, call) : fromOutline(outline, call)
  const known = knownSystems(response, call, { outline, rootName: rootOf(document) })
  const right = spelt.filter((proposal) => isRight(proposal, response))
  const all = [...known.filter((system) => !isContradicted(system, [...known, ...right])), ...right]
  const isSilent = document.text === '' || (document.tree !== null && outline.leaves.length === 0)
  const proposals = all
    .filter(({ confidence }) => confidence > BY_STATUS || isSilent)
    .sort((left, right) => right.confidence - left.confidence)
    .slice(0, MAX_PROPOSALS)
    .map(({ preset, call: read, answer, why, confidence }) => ({ preset, call: read, answer, why, confidence }))
  return { format, proposals }
}

type Judged = Pick<KnownSystem, 'meaning' | 'confidence'>

/** A yes by an id or a status alone is none where a field of the answer says no. */
function isContradicted({ meaning, confidence }: Judged, others: readonly Judged[]): boolean {
  return meaning === 'accepted' && confidence < DECISIVE && others.some((other) => other.meaning !== 'accepted')
}

interface Spelt extends Proposal {
  readonly preset: null
  readonly meaning: Decision['meaning']
}

function fromOutline(outline: Outline, call: Call | null): readonly Spelt[] {
  const selectors = selectorsOf(outline, call ?? 'ping')
  const decisions = decisionsOf(outline.leaves)
  return (decisions.length > 0 ? decisions : byPresence(outline, call)).map((decision) =>
    spelt(decision, selectors, call),
  )
}

function fromText(text: string, call: Call | null): readonly Spelt[] {
  const proposal = textProposal(text)
  return proposal === null ? [] : [spelt(proposal, proposal.selectors, call)]
}

function spelt({ rules, meaning, why, confidence }: Decision, selectors: Selectors, call: Call | null): Spelt {
  const { price } = selectors
  const bids = selectors.bids === undefined ? '' : `; ${selectors.bids.each} lists bids`
  const priced = typeof price?.[0] === 'string' ? `; ${price[0]} holds the price` : ''
  // A yes that names no price is most likely the answer to a post.
  const guessed = meaning === 'accepted' && price === undefined && selectors.bids === undefined ? 'post' : 'ping'
  const answer = { ...rules, ...selectors }
  return { preset: null, call: call ?? guessed, answer, meaning, why: why + priced + bids, confidence }
}

/** A yes by a price above zero, or by a field that is only there in a yes: where no field is there to decide. */
function byPresence({ leaves }: Outline, call: Call | null): readonly Decision[] {
  const price = call === 'post' ? null : priceIn(leaves)
  const [reference] = referencesIn(leaves).filter(({ path }) => path !== price?.path)
  const decisions: Decision[] = []
  if (price !== null) {
    decisions.push({
      rules: { accepted: [{ path: price.path, op: 'gt', value: 0 }] },
      meaning: Number(price.value) > 0 || /[1-9]/.test(String(price.value ?? '')) ? 'accepted' : 'rejected',
      why: `a price above zero at ${price.path} is a yes, if nothing else says so`,
      confidence: 0.35,
    })
  }
  if (reference !== undefined) {
    decisions.push({
      rules: { accepted: [{ path: reference.path, op: 'exists' }] },
      meaning: reference.value === null ? 'rejected' : 'accepted',
      why: `${reference.path} is a yes by being there; make sure that a no has none`,
      confidence: 0.3,
    })
  }
  return decisions
}

/** A proposal that does not read its own sample is none. */
function isRight({ answer, meaning }: Spelt, response: WireResponse): boolean {
  return readAnswer(answer, response).outcome === meaning
}

function rootOf({ tree }: Document): string | null {
  return tree?.format === 'xml' ? (Object.keys(tree.root as object)[0] ?? null) : null
}
