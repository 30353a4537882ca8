/** An auction's alarm: when it must be looked at again if nothing else moves it, and whether it may be forgotten. */
import type { AuctionState } from '../../src/core/auction/state'
import { nextWakeAt, RETENTION_MS } from '../../src/core/auction/timing'

/** How soon, and how late at most, the watchdog comes again for what is overdue. */
const SOONEST_MS = 1_000
const LATEST_MS = 10 * 60 * 1_000
/** Alarms ring a little early. */
const EARLY_MS = 100

export class Watchdog {
  readonly #storage: Pick<DurableObjectStorage, 'setAlarm'>
  readonly #now: () => number

  /** @param now milliseconds since 1970 */
  constructor(storage: Pick<DurableObjectStorage, 'setAlarm'>, now: () => number) {
    this.#storage = storage
    this.#now = now
  }

  /** Sets the alarm for when this auction should have gone on by itself; none where nothing is to come. */
  async arm(state: AuctionState): Promise<void> {
    const due = nextWakeAt(state)
    if (due === null) return
    const now = this.#now()
    // What is overdue was just tried: as long again as it has been overdue, so that an outage does not end in a flood.
    const pause = Math.min(Math.max(now - due, SOONEST_MS), LATEST_MS)
    await this.#storage.setAlarm(Math.max(due, now + pause))
  }

  /** Whether the alarm is one that was set before the auction moved on. */
  isEarly(state: AuctionState): boolean {
    const due = nextWakeAt(state)
    return due !== null && due > this.#now() + EARLY_MS
  }

  /** Whether the database holds everything, and has for as long as anybody may ask here. */
  isForgettable(state: AuctionState): boolean {
    if (state.phase !== 'settled' || state.acknowledged < state.sequence) return false
    return this.#now() >= state.settledAt + RETENTION_MS
  }
}
