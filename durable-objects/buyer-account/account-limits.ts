/** Which of a buyer's caps and budgets a sale counts against, and which of them it would pass or has reached. */

import type { AccountConfiguration, ReserveRequest } from '../../src/contracts/buyer-account'
import type { ReachedLimit } from '../../src/contracts/buyer-notices'
import { capWindowStart, fitsCap, isCapReached } from '../../src/core/limits/cap'
import type { UsageCounter } from '../usage-counter'

type Limits = Pick<AccountConfiguration, 'caps' | 'budgets'>

export class AccountLimits {
  readonly #usage: UsageCounter

  constructor(usage: UsageCounter) {
    this.#usage = usage
  }

  /** @returns the limits that this sale would pass: caps first */
  passedBy(limits: Limits | null, { contractId, priceMicros, at }: ReserveRequest): readonly ReachedLimit[] {
    return limitsOf(limits, contractId).filter(({ cap }) => !fitsCap(cap, this.#usedOf(cap, at), priceMicros))
  }

  /** @param at ms since 1970, which fixes the periods @returns the limits under which a contract can sell no more */
  reachedAt(limits: Limits | null, contractId: string, at: number): readonly ReachedLimit[] {
    return limitsOf(limits, contractId).filter(({ cap }) => isCapReached(cap, this.#usedOf(cap, at)))
  }

  #usedOf(cap: ReachedLimit['cap'], at: number) {
    return this.#usage.since(cap.contractId ?? null, capWindowStart(cap, at))
  }
}

function limitsOf(limits: Limits | null, contractId: string): readonly ReachedLimit[] {
  const { caps = [], budgets = [] } = limits ?? {}
  const concerning = caps.filter((cap) => cap.contractId === null || cap.contractId === contractId)
  return [
    ...concerning.map((cap): ReachedLimit => ({ kind: 'cap', cap })),
    ...budgets.map((cap): ReachedLimit => ({ kind: 'budget', cap })),
  ]
}
