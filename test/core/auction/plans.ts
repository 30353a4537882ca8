/** Random plans: few buyers and few prices, so that ties, limits and shared buyers happen all the time. */
import fc from 'fast-check'
import type { AuctionPlan, Contender } from '../../../src/core/auction/plan'
import type { Distribution } from '../../../src/core/campaign/campaign'
import type { PayoutTerms } from '../../../src/core/money/payout'
import { aContender, aPlan, units } from '../../support/auction-factories'

export const DISTRIBUTIONS = ['ping_post', 'waterfall', 'weighted', 'round_robin'] as const satisfies Distribution[]

/** Prices that stand at, just under and over the limits that the plans have. */
export const aPrice: fc.Arbitrary<number> = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 10 }).map(units) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 9 }).map((amount) => units(amount) - 1) },
  { weight: 1, arbitrary: fc.constantFrom(-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 2 ** 53 - 1) },
)

const aLimit = fc.option(fc.integer({ min: 0, max: 9 }).map(units), { freq: 2 })

const payoutTerms: fc.Arbitrary<PayoutTerms> = fc.record({
  cost: fc.oneof(
    fc.record({ mode: fc.constant('fixed' as const), amountMicros: fc.integer({ min: 0, max: units(9) }) }),
    fc.record({ mode: fc.constant('revenue_share' as const), share: fc.integer({ min: 0, max: 1_000_000 }) }),
  ),
  minPayoutMicros: aLimit,
  maxPayoutMicros: aLimit,
})

function contenderOf(index: number): fc.Arbitrary<Contender> {
  const id = 'abcdef'.charAt(index)
  return fc
    .record({
      buyerId: fc.oneof(
        { weight: 5, arbitrary: fc.constant(`buy_${id}`) },
        { weight: 1, arbitrary: fc.constant('buy_x') },
      ),
      priceMicros: fc.integer({ min: 0, max: 9 }).map(units),
      priority: fc.integer({ min: 1, max: 2 }),
      weight: fc.nat(3),
      tier: fc.constantFrom(0, 0, 1, 2),
      minBidMicros: aLimit,
      maxBidMicros: aLimit,
      onUnknown: fc.constantFrom('retry' as const, 'hold' as const),
      pings: fc.boolean(),
      postTimeoutMs: fc.constantFrom(500, 2_000),
      bidValidMs: fc.constantFrom(1_000, 3_000, 300_000),
    })
    .map((overrides) => aContender(id, overrides))
}

export function planFor(distribution: Distribution): fc.Arbitrary<AuctionPlan> {
  return fc
    .record({
      contenders: fc
        .nat(6)
        .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => contenderOf(index)))),
      maxSells: fc.integer({ min: 1, max: 3 }),
      floorMicros: fc.integer({ min: 0, max: 4 }).map(units),
      deadlineMs: fc.constantFrom(1_000, 5_000),
      bidWindowMs: fc.constantFrom(500, 2_000),
      payout: payoutTerms,
      offer: fc.option(fc.record({ mode: fc.constant('offer' as const), offerWithinMs: fc.constantFrom(400, 5_000) }), {
        freq: 2,
        nil: { mode: 'direct' as const },
      }),
    })
    .map(({ offer, ...overrides }) => ({ ...overrides, ...offer }))
    .chain((overrides) =>
      fc
        .shuffledSubarray(overrides.contenders.map(({ id }) => id))
        .map((turns) => aPlan({ distribution, ...overrides, turns: distribution === 'round_robin' ? turns : null })),
    )
}
