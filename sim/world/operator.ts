/**
 * The operator: asks the buyer, long after whatever was on its way has arrived, and says what became of a post that nobody
 * else will say anything of. Sometimes it says so twice; where it is not heard, it says it again.
 */
import { isClosed } from '../../src/core/auction/state.ts'
import type { Engine } from '../engine/engine.ts'
import { Host } from '../engine/host.ts'
import { call } from '../engine/network.ts'
import { Outage, type Running } from '../engine/running.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { AuctionObject } from '../objects/auction.ts'

const PAUSE_MS = 60_000

type Auction = Host<AuctionObject>

export class Operator {
  readonly #host: Host<Operator>
  readonly #ledger: Ledger

  constructor(engine: Engine, ledger: Ledger) {
    this.#host = new Host<Operator>(engine, 'operator', () => this, false)
    this.#ledger = ledger
  }

  /** Takes up everything that is parked. */
  resolveAll(auctions: Iterable<Auction>): void {
    for (const auction of auctions) {
      const { state } = auction.instance
      if (!isClosed(state)) continue
      for (const { contractId, stage } of state.attempts) {
        if (stage.at !== 'unknown' || !stage.parked) continue
        this.#host.spawn(this.#resolve(auction, contractId))
        if (this.#host.engine.chance.draw(4) === 3) this.#host.spawn(this.#resolve(auction, contractId))
      }
    }
  }

  *#resolve(auction: Auction, contractId: string): Running<void> {
    const outcome = this.#ledger.hasTaken(auction.name, contractId) ? 'sold' : 'not_sold'
    for (;;) {
      try {
        yield* call(this.#host, auction, (object) => object.resolvePost({ contractId, outcome, reference: null }))
        return
      } catch (error) {
        if (!(error instanceof Outage)) throw error
      }
      yield* this.#host.sleep(PAUSE_MS)
    }
  }
}
