/**
 * How a buyer answers one post. Each manner says two things: whether the buyer takes the lead, and how it says so. Buyers are
 * rude, not dishonest: who says no has not taken it.
 */
import type { Random } from '../../scripts/fuzz/random.ts'

export type Manner =
  /** Takes it and says yes. */
  | 'honest'
  /** A no that can be read. */
  | 'refuses'
  /** Takes it, then cuts the line. */
  | 'takes_and_resets'
  /** Takes it, and says so when nobody listens any more. */
  | 'late'
  /** Takes it and answers 500. */
  | 'takes_and_fails'
  /** Answers 503 and has nothing. */
  | 'fails'
  /** A 200 with a web page; has it or not. */
  | 'nonsense'
  /** Takes it and sends half of a yes. */
  | 'half_an_answer'
  /** Never answers; has it or not. */
  | 'hangs'
  /** Takes it; the yes drips until time is over. */
  | 'slow_body'
  /** Cuts the line before it has read the body. */
  | 'resets_unread'
  /** 429 with a Retry-After; has nothing. */
  | 'busy'
  /** Not a draw of its own: a bare 409 to a copy of what was taken, by buyers that answer copies so. */
  | 'conflict_on_copy'

export type Decision = 'takes' | 'refuses' | 'nothing'

/** Of a thousand posts to a buyer, while faults are wanted. */
const SHARES: readonly (readonly [Manner, number])[] = [
  ['refuses', 80],
  ['takes_and_resets', 50],
  ['late', 35],
  ['takes_and_fails', 35],
  ['fails', 35],
  ['nonsense', 25],
  ['half_an_answer', 25],
  ['hangs', 25],
  ['slow_body', 25],
  ['resets_unread', 30],
  ['busy', 30],
]

/** @returns the manner of one post; what is left of a thousand is honest */
export function drawManner(random: Random): Manner {
  let left = random.below(1_000)
  for (const [manner, share] of SHARES) {
    if (left < share) return manner
    left -= share
  }
  return 'honest'
}

/** @returns what a buyer that has not decided yet does with the lead */
export function decisionOf(manner: Manner, random: Random): Decision {
  switch (manner) {
    case 'refuses':
      return 'refuses'
    case 'fails':
    case 'resets_unread':
    case 'busy':
      return 'nothing'
    case 'nonsense':
    case 'hangs':
      return random.chance(0.5) ? 'takes' : 'nothing'
    default:
      return 'takes'
  }
}

/** Every manner but the honest one, for the report. */
export const FAULTS: readonly Manner[] = [...SHARES.map(([manner]) => manner), 'conflict_on_copy']
