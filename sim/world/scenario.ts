/**
 * What a history is about, drawn once: a campaign, its buyers with their accounts, and the leads that come in. Small, so that
 * many are tried; every number has few values, so that ties, caps and deadlines meet.
 */
import type { AccountConfiguration } from '../../src/contracts/buyer-account.ts'
import type { Exclusion } from '../../src/core/auction/events.ts'
import type { AuctionPlan, Contender } from '../../src/core/auction/plan.ts'
import type { Cap } from '../../src/core/limits/cap.ts'
import type { CostTerms } from '../../src/core/money/payout.ts'
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
const REFS = ['lead-0', 'lead-1', 'lead-2'] as const

/** What is drawn from; made once, since a scenario is drawn with each history. */
const BUYERS_LESS_ONE = [1, 1, 2, 0, 3] as const
const LEADS = [1, 1, 2, 2, 3] as const
const COSTS: readonly [CostTerms, ...CostTerms[]] = [
  { mode: 'revenue_share', share: 750_000 },
  { mode: 'fixed', amountMicros: 2 * MICROS },
]
const DISTRIBUTIONS = ['ping_post', 'ping_post', 'waterfall', 'round_robin', 'weighted'] as const
const FLOORS = [0, 0, 4 * MICROS] as const
const MAX_SELLS = [1, 1, 2, 3] as const
const DEADLINES_MS = [2_500, 2_500, 900] as const
const PRIORITIES = [1, 1, 2] as const
const TIERS = [0, 0, 0, 1] as const
const LEAST_BIDS = [null, null, 5 * MICROS] as const
const MOST_BIDS = [null, null, 8 * MICROS] as const
const ON_UNKNOWN = ['retry', 'hold'] as const
const CREDITS = [null, null, null, 14 * MICROS] as const
const CAP_COUNTS = [null, null, 1, 2] as const
const CAP_AMOUNTS = [null, null, null, null, 13 * MICROS] as const
const CAP_PERIODS = ['total', 'total', 'total', 'day'] as const
const PAUSES_MS = [0, 600, 5_000, 900_000] as const
const KNOWN_BY = ['key', 'token'] as const
const SENDS = [1, 1, 1, 2] as const
const THINKS_MS = [100, 2_000, 18_970, 40_000] as const

export function drawScenario(chance: Chance): Scenario {
  const count = 1 + chance.pick(BUYERS_LESS_ONE)
  const buyerIds = NAMES.slice(0, count).map((name, index) =>
    index > 0 && chance.draw(12) === 11 ? 'buy_a' : `buy_${name}`,
  )
  const plan = drawPlan(chance, buyerIds)
  const buyers = [...new Set(buyerIds)].map((buyerId) => ({ buyerId, account: drawAccount(chance) }))
  const gateCaps = drawCaps(chance)
  const isDeduplicated = chance.draw(2) === 1
  const leads = REFS.slice(0, chance.pick(LEADS)).map((_, index) => drawLead(chance, index, plan, isDeduplicated))
  const hasOperator = chance.draw(2) === 1
  chance.faultsLeft = chance.draw(MAX_FAULTS + 1)
  return { plan, buyers, gateCaps, leads, hasOperator }
}

function drawPlan(chance: Chance, buyerIds: readonly string[]): AuctionPlan {
  const isOffer = chance.draw(4) === 3
  const cost = chance.pick(COSTS)
  const plan: AuctionPlan = {
    mode: isOffer ? 'offer' : 'direct',
    distribution: chance.pick(DISTRIBUTIONS),
    turns: null,
    floorMicros: chance.pick(FLOORS),
    maxSells: chance.pick(MAX_SELLS),
    bidWindowMs: 500,
    postTimeoutMs: 1_000,
    deadlineMs: chance.pick(DEADLINES_MS),
    payout: { cost, minPayoutMicros: null, maxPayoutMicros: null },
    testMode: false,
    contenders: buyerIds.map((buyerId, index) => drawContender(chance, NAMES[index] ?? 'a', buyerId)),
    refusals: [],
  }
  return isOffer ? { ...plan, offerWithinMs: 3_000 } : plan
}

function drawContender(chance: Chance, id: string, buyerId: string): Contender {
  return {
    id,
    buyerId,
    buyerName: buyerId,
    active: true,
    priceMicros: 6 * MICROS,
    priority: chance.pick(PRIORITIES),
    weight: 1 + chance.draw(2),
    tier: chance.pick(TIERS),
    minBidMicros: chance.pick(LEAST_BIDS),
    maxBidMicros: chance.pick(MOST_BIDS),
    bidValidMs: 20_000,
    onUnknown: chance.pick(ON_UNKNOWN),
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
  return { configuration, creditMicros: chance.pick(CREDITS) }
}

function drawCaps(chance: Chance): readonly Cap[] {
  const count = chance.pick(CAP_COUNTS)
  const amountMicros = chance.pick(CAP_AMOUNTS)
  if (count === null && amountMicros === null) return []
  return [{ period: chance.pick(CAP_PERIODS), timeZone: 'UTC', count, amountMicros }]
}

function drawLead(chance: Chance, index: number, { contenders }: AuctionPlan, isDeduplicated: boolean): LeadSpec {
  const person = index > 0 && chance.draw(2) === 1 ? 0 : index
  return {
    ref: REFS[index] ?? '',
    comesAfterMs: index === 0 ? 0 : chance.pick(PAUSES_MS),
    identity: isDeduplicated ? { keys: [`1-${person}`, `2-${person}`], days: 30 } : null,
    knownBy: chance.pick(KNOWN_BY),
    sends: chance.pick(SENDS),
    hasTwin: chance.draw(4) === 3,
    hasImpostor: chance.draw(12) === 11,
    thinksMs: chance.pick(THINKS_MS),
    exclusions: chance.draw(8) === 7 ? [{ contractId: contenders[0]?.id ?? '', reason: 'filtered', detail: null }] : [],
  }
}
