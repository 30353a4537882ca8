/**
 * What a history is about, drawn once: a campaign, its buyers with their accounts, and the leads that come in. Small, so that
 * many are tried; every number has few values, so that ties, caps and deadlines meet.
 */
import type { AccountConfiguration } from '../../src/contracts/objects.ts'
import type { Exclusion } from '../../src/core/auction/events.ts'
import type { AuctionPlan, Contender } from '../../src/core/auction/plan.ts'
import type { Cap } from '../../src/core/limits/cap.ts'
import { type Chance, MAX_FAULTS } from '../engine/chance.ts'
import type { AccountTerms } from '../objects/buyer-account.ts'
import type { Identity } from '../objects/lead.ts'

export const MICROS = 1_000_000

export interface BuyerSpec {
  readonly buyerId: string
  readonly account: AccountTerms
}

export interface LeadSpec {
  readonly ref: string
  /** After the beginning, ms. */
  readonly comesAfterMs: number
  readonly identity: Identity | null
  /** How the request is known again: by an Idempotency-Key, or by the object that its ping token names. */
  readonly knownBy: 'key' | 'token'
  /** How often the supplier sends the request at least, whatever it was answered. */
  readonly sends: number
  /** Whether a second copy is sent while the first is under way. */
  readonly hasTwin: boolean
  /** Whether another lead comes under the same key or token. */
  readonly hasImpostor: boolean
  /** Of an offer: how long the supplier thinks before it posts. */
  readonly thinksMs: number
  readonly exclusions: readonly Exclusion[]
}

export interface Scenario {
  readonly plan: AuctionPlan
  readonly buyers: readonly BuyerSpec[]
  readonly gateCaps: readonly Cap[]
  readonly leads: readonly LeadSpec[]
  /** Whether somebody looks after what is parked; else it stays there. */
  readonly hasOperator: boolean
}

const NAMES = ['a', 'b', 'c', 'd'] as const

export function drawScenario(chance: Chance): Scenario {
  const count = 1 + chance.pick([1, 1, 2, 0, 3])
  const buyerIds = NAMES.slice(0, count).map((name, index) =>
    index > 0 && chance.draw(12) === 11 ? 'buy_a' : `buy_${name}`,
  )
  const plan = drawPlan(chance, buyerIds)
  const buyers = [...new Set(buyerIds)].map((buyerId) => ({ buyerId, account: drawAccount(chance) }))
  const gateCaps = drawCaps(chance)
  const isDeduplicated = chance.draw(2) === 1
  const leads = Array.from({ length: chance.pick([1, 1, 2, 2, 3]) }, (_, index) =>
    drawLead(chance, index, plan, isDeduplicated),
  )
  const hasOperator = chance.draw(2) === 1
  chance.faultsLeft = chance.draw(MAX_FAULTS + 1)
  return { plan, buyers, gateCaps, leads, hasOperator }
}

function drawPlan(chance: Chance, buyerIds: readonly string[]): AuctionPlan {
  const isOffer = chance.draw(4) === 3
  const cost = chance.pick([
    { mode: 'revenue_share', share: 750_000 },
    { mode: 'fixed', amountMicros: 2 * MICROS },
  ] as const)
  return {
    mode: isOffer ? 'offer' : 'direct',
    ...(isOffer ? { offerWithinMs: 3_000 } : {}),
    distribution: chance.pick(['ping_post', 'ping_post', 'waterfall', 'round_robin', 'weighted']),
    turns: null,
    floorMicros: chance.pick([0, 0, 4 * MICROS]),
    maxSells: chance.pick([1, 1, 2, 3]),
    bidWindowMs: 500,
    postTimeoutMs: 1_000,
    deadlineMs: chance.pick([2_500, 2_500, 900]),
    payout: { cost, minPayoutMicros: null, maxPayoutMicros: null },
    testMode: false,
    contenders: buyerIds.map((buyerId, index) => drawContender(chance, NAMES[index] ?? 'a', buyerId)),
    refusals: [],
  }
}

function drawContender(chance: Chance, id: string, buyerId: string): Contender {
  return {
    id,
    buyerId,
    buyerName: buyerId,
    active: true,
    priceMicros: 6 * MICROS,
    priority: chance.pick([1, 1, 2]),
    weight: 1 + chance.draw(2),
    tier: chance.pick([0, 0, 0, 1]),
    minBidMicros: chance.pick([null, null, 5 * MICROS]),
    maxBidMicros: chance.pick([null, null, 8 * MICROS]),
    bidValidMs: 20_000,
    onUnknown: chance.pick(['retry', 'hold']),
    filters: [],
    pings: chance.draw(6) !== 5,
    pingTimeoutMs: 400,
    postTimeoutMs: 1_000,
    tieBreak: id.charCodeAt(0).toString(16).padEnd(12, '7'),
  }
}

function drawAccount(chance: Chance): AccountTerms {
  const caps = drawCaps(chance).map((cap) => ({ ...cap, contractId: null }))
  const configuration: AccountConfiguration = { version: 1, active: chance.draw(16) !== 15, caps, budgets: [] }
  return { configuration, creditMicros: chance.pick([null, null, null, 14 * MICROS]) }
}

function drawCaps(chance: Chance): readonly Cap[] {
  const count = chance.pick([null, null, 1, 2])
  const amountMicros = chance.pick([null, null, null, null, 13 * MICROS])
  if (count === null && amountMicros === null) return []
  return [{ period: chance.pick(['total', 'total', 'total', 'day']), timeZone: 'UTC', count, amountMicros }]
}

function drawLead(chance: Chance, index: number, { contenders }: AuctionPlan, isDeduplicated: boolean): LeadSpec {
  const person = index > 0 && chance.draw(2) === 1 ? 0 : index
  return {
    ref: `lead-${index}`,
    comesAfterMs: index === 0 ? 0 : chance.pick([0, 600, 5_000, 900_000]),
    identity: isDeduplicated ? { keys: [`1-${person}`, `2-${person}`], days: 30 } : null,
    knownBy: chance.pick(['key', 'token']),
    sends: chance.pick([1, 1, 1, 2]),
    hasTwin: chance.draw(4) === 3,
    hasImpostor: chance.draw(12) === 11,
    thinksMs: chance.pick([100, 2_000, 18_970, 40_000]),
    exclusions: chance.draw(8) === 7 ? [{ contractId: contenders[0]?.id ?? '', reason: 'filtered', detail: null }] : [],
  }
}
