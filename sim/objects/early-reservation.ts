/** Mirrors durable-objects/auction/early-reservation.ts: the likely winner's reservation, asked for while the last buyer is out. */
import type { ReserveRequest } from '../../src/contracts/buyer-account.ts'
import type { Host, Instance } from '../engine/host.ts'
import { Latch } from '../engine/latch.ts'
import { call } from '../engine/network.ts'
import { Outage, type Running } from '../engine/running.ts'
import type { BuyerAccountObject } from './buyer-account.ts'

type Account = Host<BuyerAccountObject>

interface Asked {
  readonly buyerId: string
  readonly account: Account
  readonly request: ReserveRequest
  readonly isGranted: Latch<boolean>
}

export class EarlyReservation {
  readonly #host: Host<Instance>
  #asked: Asked | null = null
  #timer: 'none' | 'set' | 'cleared' = 'none'

  constructor(host: Host<Instance>) {
    this.#host = host
  }

  plan(afterMs: number, ask: () => void): void {
    if (this.#timer !== 'none') return
    this.#timer = 'set'
    const { engine } = this.#host
    engine.atInLife(engine.now + afterMs, this.#host, () => {
      if (this.#timer === 'set') ask()
    })
  }

  ask(buyerId: string, account: Account, request: ReserveRequest): void {
    const isGranted = new Latch<boolean>(this.#host.engine)
    this.#host.spawn(this.#reserved(account, request, isGranted))
    this.#asked = { buyerId, account, request, isGranted }
  }

  *take(buyerId: string, request: ReserveRequest): Running<boolean> {
    const asked = this.#asked
    if (asked === null || asked.buyerId !== buyerId) return false
    this.#asked = null
    return (yield* asked.isGranted.wait()) && isSame(asked.request, request)
  }

  *drop(): Running<void> {
    if (this.#timer === 'set') this.#timer = 'cleared'
    const asked = this.#asked
    this.#asked = null
    if (asked === null) return
    const { account, request } = asked
    yield* call(this.#host, account, (buyer) => buyer.release(request.auctionId, request.attempt, request.at))
  }

  *#reserved(account: Account, request: ReserveRequest, isGranted: Latch<boolean>): Running<void> {
    try {
      isGranted.resolve((yield* call(this.#host, account, (buyer) => buyer.reserve(request))).granted)
    } catch (error) {
      if (!(error instanceof Outage)) throw error
      isGranted.resolve(false)
    }
  }
}

function isSame(asked: ReserveRequest, wanted: ReserveRequest): boolean {
  return (
    asked.contractId === wanted.contractId &&
    asked.priceMicros === wanted.priceMicros &&
    asked.attempt === wanted.attempt
  )
}
