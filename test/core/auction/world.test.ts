/**
 * The auction against the world: what it believes, against which buyers really have the lead. Buyers take or refuse as they
 * like, answers get lost, the object dies; whatever happens, nobody has the lead without its place being kept.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AuctionCommand } from '../../../src/core/auction/decide'
import type { PostAnswer } from '../../../src/core/auction/events'
import type { Attempt } from '../../../src/core/auction/state'
import { salesOf } from '../../../src/core/auction/summary'
import { nextWakeAt } from '../../../src/core/auction/timing'
import { ACCEPTED, BARE_REJECTED, bid, REJECTED, UNKNOWN } from '../../support/auction-factories'
import { ObjectModel } from './object-model'
import { DISTRIBUTIONS, planFor } from './plans'

/** What chance decides about one step. */
interface Chance {
  readonly does: 'next' | 'crash' | 'watchdog'
  readonly which: number
  readonly amount: number
  readonly denied: boolean
  /** Whether a request that left arrives. */
  readonly arrives: boolean
  readonly takes: boolean
  readonly says: 'truth' | 'nothing' | 'bare_status'
}

const chance: fc.Arbitrary<Chance> = fc.record({
  does: fc.oneof({ weight: 12, arbitrary: fc.constant('next' as const) }, fc.constantFrom('crash', 'watchdog')),
  which: fc.nat(11),
  amount: fc.integer({ min: 3, max: 9 }),
  denied: fc.nat(4).map((draw) => draw === 0),
  arrives: fc.nat(3).map((draw) => draw > 0),
  takes: fc.boolean(),
  says: fc.constantFrom('truth', 'truth', 'nothing', 'bare_status'),
})

class World {
  readonly object: ObjectModel
  /** Whether a buyer that received the lead took it; a second copy under the same key changes nothing. */
  readonly took = new Map<string, boolean>()

  constructor(object: ObjectModel) {
    this.object = object
  }

  step(luck: Chance): void {
    if (luck.does === 'crash') {
      this.object.crash()
      this.tell({ type: 'recover' }, luck)
    } else if (luck.does === 'watchdog') {
      this.object.now = Math.max(this.object.now, nextWakeAt(this.object.state) ?? 0)
      this.tell({ type: 'watchdog' }, luck)
    } else this.next(luck)
    this.expectPlacesKept()
  }

  private next(luck: Chance): void {
    const { state } = this.object
    if (state.phase === 'planned') this.tell({ type: 'open' }, luck)
    if (state.phase === 'pinging') {
      const out = state.plan.contenders.filter(({ id }) => !state.answers.has(id))
      const contractId = out[luck.which % out.length]?.id ?? ''
      this.tell({ type: 'answer', contractId, askedAt: null, answer: bid(luck.amount) }, luck)
    }
    if (state.phase === 'offered') this.tell({ type: 'take', receivedAt: this.object.now, exclusions: [] }, luck)
    if (state.phase !== 'selling') return
    const out = state.attempts.filter(({ stage: { at } }) => at === 'reserving' || at === 'posting' || at === 'unknown')
    const attempt = out[luck.which % out.length]
    if (attempt !== undefined) this.advance(attempt, luck)
  }

  private advance({ contractId, stage }: Attempt, luck: Chance): void {
    if (stage.at === 'reserving') {
      this.tell({ type: 'reservation', contractId, denied: luck.denied ? 'capped' : null }, luck)
    } else if (stage.at === 'posting') {
      const { tryNumber } = stage
      this.tell(
        { type: 'post_answer', contractId, tryNumber, answer: this.answerOf(contractId, tryNumber, luck) },
        luck,
      )
    } else if (stage.at === 'unknown' && stage.retryAt !== null) {
      this.object.waitForRetry(contractId)
      this.tell({ type: 'retry', contractId, tryNumber: stage.tryNumber + 1 }, luck)
    }
  }

  /** A bare status code of a first try is a refusal; of a retry it may say no more than that the key was seen before. */
  private answerOf(contractId: string, tryNumber: number, { says }: Chance): PostAnswer {
    const took = this.took.get(contractId)
    if (took === undefined || says === 'nothing') return UNKNOWN
    if (says === 'bare_status') return tryNumber === 1 && took ? UNKNOWN : BARE_REJECTED
    return took ? ACCEPTED : REJECTED
  }

  private tell(command: AuctionCommand, { arrives, takes }: Chance): void {
    for (const event of this.object.do(command)) {
      if (event.type !== 'post_started' || !arrives) continue
      if (!this.took.has(event.contractId)) this.took.set(event.contractId, takes)
    }
  }

  private expectPlacesKept(): void {
    const { state, plan } = this.object
    const holders = [...this.took].filter(([, took]) => took).map(([contractId]) => contractId)
    expect(holders.length).toBeLessThanOrEqual(plan.maxSells)
    const kept = state.phase !== 'absent' ? state.attempts.filter(({ stage }) => stage.at !== 'rejected') : []
    for (const holder of holders) expect(kept.map(({ contractId }) => contractId)).toContain(holder)
    const sold = salesOf(state).map(({ contractId }) => contractId)
    for (const contractId of sold) expect(holders).toContain(contractId)
    if (state.phase === 'settled') expect(sold.sort()).toEqual(holders.sort())
  }
}

/** Far more than is needed, for a machine that is busy with other things. */
const TIMEOUT_MS = 120_000

describe.each(DISTRIBUTIONS)('in %s', { timeout: TIMEOUT_MS }, (distribution) => {
  it('nobody has the lead beyond its places, and settled sales are exactly those who took it', () => {
    fc.assert(
      fc.property(planFor(distribution), fc.array(chance, { maxLength: 60, size: 'max' }), (plan, story) => {
        const world = new World(new ObjectModel(plan, 'whole_record'))
        for (const luck of story) world.step(luck)
      }),
      { numRuns: 200 },
    )
  })
})
