/** Faults of the core. */
import type { Change, Mutant } from './mutant.ts'

const AUCTION = 'src/core/auction'

function mutant(name: string, fault: string, file: string, from: string, to: string): Mutant {
  const change: Change = { file: `${AUCTION}/${file}`, from, to }
  return { name, fault, changes: [change] }
}

export const CORE_MUTANTS: readonly Mutant[] = [
  mutant(
    'failover-on-timeout',
    'a post without an answer counts as a no, and the next bidder is tried',
    'evolve.ts',
    "if (answer.kind === 'rejected') return { at: 'rejected'",
    "if (answer.kind !== 'accepted') return { at: 'rejected'",
  ),
  mutant(
    'interrupted-is-a-no',
    'a post that a crash cut off counts as a no',
    'selling.ts',
    "answer: { kind: 'unknown', reason: 'interrupted' }",
    "answer: { kind: 'rejected', reason: 'interrupted', parsed: true }",
  ),
  mutant(
    'bare-status-resolves',
    'after an unknown, a bare 4xx counts as a no',
    'selling.ts',
    "contender?.onUnknown === 'retry' && answer.parsed",
    "contender?.onUnknown === 'retry'",
  ),
  mutant(
    'unknown-frees-its-place',
    'while a post is unknown, another buyer is tried in its place',
    'state.ts',
    "return stage.at === 'rejected' || stage.at === 'denied'",
    "return stage.at === 'rejected' || stage.at === 'denied' || stage.at === 'unknown'",
  ),
  mutant(
    'posting-takes-no-place',
    'only sales count against max_sells, not what is under way',
    'state.ts',
    'attempts.filter(({ stage }) => !isOver(stage)).length',
    "attempts.filter(({ stage }) => stage.at === 'accepted').length",
  ),
  mutant(
    'copy-for-everyone',
    'a buyer that does not honour keys is sent a second copy',
    'selling.ts',
    "contender?.onUnknown === 'retry' ? retryDelayMs(stage.tryNumber, stage.retryAfterMs, elapsedMs) : null",
    'contender !== undefined ? retryDelayMs(stage.tryNumber) : null',
  ),
  mutant(
    'retry-not-fenced',
    'a message of an earlier try sends the post again',
    'selling.ts',
    'stage.parked || stage.retryAt === null || stage.tryNumber + 1 !== tryNumber) return []\n  if (now < stage.retryAt - RETRY_EARLY_MS) return []',
    'stage.parked || stage.retryAt === null) return []',
  ),
  mutant(
    'retry-left-to-the-queue',
    'a retry whose message is lost is not asked for again',
    'timing.ts',
    "return stage.at === 'unknown' && stage.retryAt !== null ? stage.retryAt + RETRY_GRACE_MS : null",
    'return null',
  ),
  mutant(
    'person-is-not-heard',
    'what a person says of an unknown goes nowhere',
    'selling.ts',
    "if (stage?.at !== 'unknown') return []\n  if (outcome",
    "if (stage?.at !== 'posting') return []\n  if (outcome",
  ),
  mutant(
    'settles-over-an-unknown',
    'the auction ends as unsold while a post is unknown',
    'selling.ts',
    "if (attempts.some(({ stage }) => stage.at !== 'accepted' && !isOver(stage))) return null",
    "if (attempts.some(({ stage }) => stage.at === 'reserving' || stage.at === 'posting')) return null",
  ),
  mutant(
    'unknown-is-not-told',
    'the database does not hear of a pending lead',
    'evolve.ts',
    "if (event.type === 'post_answered' && event.answer.kind === 'unknown') return !wasOpen",
    "if (event.type === 'post_answered' && event.answer.kind === 'unknown') return false",
  ),
  mutant(
    'same-buyer-twice',
    'two contracts of one buyer are two buyers',
    'rank.ts',
    'const isNew = !buyers.has(buyerId)\n    buyers.add(buyerId)\n    return isNew',
    'buyers.add(buyerId)\n    return true',
  ),
  mutant(
    'any-number-bids',
    'a price that is no whole number of micros may win',
    'rank.ts',
    "if (!Number.isSafeInteger(priceMicros) || priceMicros < 0) return refuse('invalid_bid')",
    '',
  ),
  mutant(
    'below-the-floor',
    'a bid below the floor may win',
    'rank.ts',
    "if (priceMicros < plan.floorMicros) return refuse('below_floor')",
    '',
  ),
  mutant(
    'over-the-ceiling',
    "a bid above the contract's ceiling may win",
    'rank.ts',
    "if (contender.maxBidMicros !== null && priceMicros > contender.maxBidMicros) return refuse('above_max_bid')",
    '',
  ),
  mutant(
    'late-bid-wins',
    'a bid that comes after the window, before its timer, may win',
    'decide.ts',
    "const isLate = said.kind === 'bid' && now > windowEndOf(state)",
    'const isLate = false',
  ),
  {
    name: 'expired-offer-sells',
    fault: 'a lead that comes after the offer has ended is sold to it',
    changes: [
      {
        file: `${AUCTION}/offer.ts`,
        from: 'receivedAt > now || receivedAt >= offer.validUntil || now >= offerGoneAt(offer))',
        to: 'receivedAt > now || offer.validUntil < 0)',
      },
      {
        file: 'sim/objects/auction.ts',
        from: "if (state.phase !== 'offered' || receivedAt >= state.offer.validUntil) {",
        to: "if (state.phase !== 'offered') {",
      },
    ],
  },
  mutant(
    'promise-broken',
    'an offer is sold to a buyer whose payout is less than was promised',
    'offer.ts',
    'return paidMicros < offer.payoutMicros && supplierPayout(plan.payout, priceMicros) < offer.payoutMicros',
    'return paidMicros < 0',
  ),
]
