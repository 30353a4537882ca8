/**
 * Random histories: anything that can be told to an auction, sensible or not, mixed with what would come next by itself, so
 * that histories get far and are disturbed on the way.
 */
import fc from 'fast-check'
import type { AuctionCommand } from '../../../src/core/auction/decide'
import type { Exclusion, PingAnswer, PostAnswer } from '../../../src/core/auction/events'
import type { AuctionState } from '../../../src/core/auction/state'
import type { BidReason } from '../../../src/core/reasons'
import { START } from '../../support/auction-factories'
import { aPrice } from './plans'

export type Step =
  | { readonly kind: 'tell'; readonly command: AuctionCommand }
  | { readonly kind: 'next'; readonly choice: Choice }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'wake' | 'crash' }

/** What chance decides about the thing that comes next. */
export interface Choice {
  readonly which: number
  readonly ping: PingAnswer
  readonly denied: BidReason | null
  readonly post: PostAnswer
  readonly exclusions: readonly Exclusion[]
}

const contractId = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'stranger', '__proto__')
const tryNumber = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(1, 2) }, fc.constantFrom(0, 3, 12))
const denied = fc.option(fc.constant<BidReason>('capped'), { freq: 2 })
const pingAnswer: fc.Arbitrary<PingAnswer> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('bid' as const), priceMicros: aPrice }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('bid' as const),
      priceMicros: aPrice,
      validUntil: fc.constantFrom(0, 2_500, 60_000, 10 ** 12).map((ms) => START + ms),
    }),
  },
  fc.constant<PingAnswer>({ kind: 'no', reason: 'declined', detail: null }),
)
const postAnswer: fc.Arbitrary<PostAnswer> = fc.oneof(
  fc.constant<PostAnswer>({ kind: 'accepted', reference: null, redirectUrl: null }),
  fc.boolean().map((parsed): PostAnswer => ({ kind: 'rejected', reason: 'no', parsed })),
  { weight: 2, arbitrary: fc.constant<PostAnswer>({ kind: 'unknown', reason: 'timed_out' }) },
)

const command: fc.Arbitrary<AuctionCommand> = fc.oneof(
  fc.constantFrom<AuctionCommand[]>({ type: 'close', askedAt: {} }, { type: 'watchdog' }, { type: 'recover' }),
  fc.record({ type: fc.constant('answer' as const), contractId, askedAt: fc.constant(null), answer: pingAnswer }),
  fc.record({
    type: fc.constant('take' as const),
    receivedAt: fc.nat(5_000).map((ms) => START + ms),
    exclusions: fc.constant([]),
  }),
  fc.record({ type: fc.constant('reservation' as const), contractId, denied }),
  fc.record({ type: fc.constant('post_answer' as const), contractId, tryNumber, answer: postAnswer }),
  fc.record({ type: fc.constant('retry' as const), contractId, tryNumber }),
  fc.record({
    type: fc.constant('resolve' as const),
    contractId,
    outcome: fc.constantFrom('sold' as const, 'not_sold' as const),
    reference: fc.constant(null),
  }),
  fc.record({ type: fc.constant('acknowledge' as const), sequence: fc.integer({ min: -1, max: 4 }) }),
)

const exclusions: fc.Arbitrary<readonly Exclusion[]> = fc
  .uniqueArray(fc.constantFrom('a', 'b', 'c', 'stranger'), { maxLength: 2 })
  .map((ids) => ids.map((id) => ({ contractId: id, reason: 'filtered', detail: null })))

const choice: fc.Arbitrary<Choice> = fc.record({
  which: fc.nat(11),
  ping: pingAnswer,
  denied,
  post: postAnswer,
  exclusions,
})

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: choice.map((chosen): Step => ({ kind: 'next', choice: chosen })) },
  { weight: 6, arbitrary: command.map((told): Step => ({ kind: 'tell', command: told })) },
  { weight: 2, arbitrary: fc.constantFrom(1, 100, 600, 2_000).map((ms): Step => ({ kind: 'wait', ms })) },
  fc.constantFrom<Step[]>({ kind: 'wake' }, { kind: 'crash' }),
)

export const histories: fc.Arbitrary<readonly Step[]> = fc.array(step, { maxLength: 40, size: 'max' })

/** @returns what would come next by itself: an answer from someone who is out, or a retry that is due */
export function nextCommand(state: AuctionState, chosen: Choice): AuctionCommand {
  switch (state.phase) {
    case 'absent':
    case 'planned':
      return { type: 'open' }
    case 'pinging': {
      const out = state.plan.contenders.filter(({ id }) => !state.answers.has(id))
      const { id } = out[chosen.which % out.length] ?? { id: 'stranger' }
      return { type: 'answer', contractId: id, askedAt: null, answer: chosen.ping }
    }
    // Taken at the moment that it is told: see `happen`.
    case 'offered':
      return { type: 'take', receivedAt: 0, exclusions: chosen.exclusions }
    case 'selling': {
      const out = state.attempts.filter(
        ({ stage: { at } }) => at === 'reserving' || at === 'posting' || at === 'unknown',
      )
      const attempt = out[chosen.which % out.length]
      return attempt === undefined ? { type: 'watchdog' } : nextOf(attempt, chosen)
    }
    case 'settled':
      return { type: 'acknowledge', sequence: state.sequence }
  }
}

type Attempt = Extract<AuctionState, { phase: 'selling' }>['attempts'][number]

function nextOf({ contractId: id, stage }: Attempt, chosen: Choice): AuctionCommand {
  if (stage.at === 'reserving') return { type: 'reservation', contractId: id, denied: chosen.denied }
  if (stage.at === 'unknown') return { type: 'retry', contractId: id, tryNumber: stage.tryNumber + 1 }
  const tryNumber = stage.at === 'posting' ? stage.tryNumber : 1
  return { type: 'post_answer', contractId: id, tryNumber, answer: chosen.post }
}
