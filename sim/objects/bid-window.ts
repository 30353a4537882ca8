/**
 * Mirrors durable-objects/auction/bid-window.ts for as many buyers as one object asks by itself; ping shards report the same
 * and are left out.
 */
import type { AskedAt } from '../../src/core/auction/commands.ts'
import type { PingAnswer } from '../../src/core/auction/events.ts'
import type { Host, Instance } from '../engine/host.ts'
import type { Running } from '../engine/running.ts'
import type { AuctionServices } from './services.ts'

/** Timers are not punctual, ms. */
const SLIP_MS: readonly [number, ...number[]] = [0, 0, 0, 250]

export interface BidWindowInput {
  readonly host: Host<Instance>
  readonly services: AuctionServices
  readonly contractIds: readonly string[]
  readonly windowMs: number
  readonly onReport: (contractId: string, askedAt: number, answer: PingAnswer) => void
  readonly onOver: (askedAt: AskedAt) => void
}

export class BidWindow {
  readonly #input: BidWindowInput
  readonly #out: Record<string, number> = {}
  #isOver = false

  constructor(input: BidWindowInput) {
    this.#input = input
  }

  run(): void {
    const { host, contractIds, windowMs, onOver } = this.#input
    if (contractIds.length === 0 || this.#isOver) return
    const { engine } = host
    const endsAt = engine.now + windowMs
    engine.atInLife(endsAt + engine.chance.pick(SLIP_MS), host, () => {
      if (!this.#isOver) onOver(this.#out)
    })
    for (const contractId of contractIds) host.spawn(this.#ask(contractId, endsAt))
  }

  close(): void {
    this.#isOver = true
  }

  *#ask(contractId: string, endsAt: number): Running<void> {
    const { host, services, onReport } = this.#input
    const askedAt = host.engine.now
    this.#out[contractId] = askedAt
    const answer = yield* services.ping(host, contractId, { auctionId: host.name, endsAt })
    if (this.#isOver || !(contractId in this.#out)) return
    delete this.#out[contractId]
    onReport(contractId, askedAt, answer)
  }
}
