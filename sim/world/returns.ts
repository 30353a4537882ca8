/**
 * After the sales: buyers give leads back, operators take them back or decide what was asked for, at once and twice, and say it
 * again where they were not heard.
 */
import { Host } from '../engine/host.ts'
import { call } from '../engine/network.ts'
import { Outage, type Running } from '../engine/running.ts'
import type { Decision, ReturnRow } from '../objects/sale-return.ts'
import type { LedgerRow } from './database.ts'
import type { ReturnAnswer, ReturnDesk } from './return-desk.ts'
import type { World } from './world.ts'

const PAUSE_MS = 60_000
const MAX_SENDS = 20
const RESTORES = [false, true] as const
/** Faults of this part alone: those of the auctions may be used up. */
const MAX_FAULTS = 3

export class Returns {
  /** Sales of which somebody who may has said that they are returned. */
  readonly wished = new Set<string>()
  /** Sales of which somebody was told that they are. */
  readonly told = new Set<string>()
  readonly #world: World
  readonly #people: Host<Returns>
  #open = 0
  #asked = 0

  constructor(world: World) {
    this.#world = world
    this.#people = new Host<Returns>(world.engine, 'people', () => this, false)
  }

  /** Draws which sales are returned, and by whom. */
  start(): void {
    const { engine, database } = this.#world
    const { chance } = engine
    chance.faultsLeft += chance.draw(MAX_FAULTS + 1)
    for (const sale of database.ledger) {
      if (chance.draw(2) === 1) this.#spawn(this.#ask(sale, 'requested'))
      if (chance.draw(4) === 3) this.#spawn(this.#ask(sale, 'approved'))
    }
  }

  get isOver(): boolean {
    return this.#open === 0
  }

  *#ask(sale: LedgerRow, status: 'requested' | 'approved'): Running<void> {
    const { chance } = this.#world.engine
    const { auctionId, contractId, buyerId, revenueMicros, payoutMicros, at } = sale
    this.#asked += 1
    const terms = { auctionId, contractId, buyerId, revenueMicros, payoutMicros, soldAt: at }
    const row: ReturnRow = { id: `return-${this.#asked}`, ...terms, status, restoreCaps: chance.pick(RESTORES) }
    if (status === 'approved') this.wished.add(keyOf(row))
    yield* this.#say(row, (desk) => desk.ask(row))
    if (status === 'approved') return
    if (chance.draw(3) === 2) yield* this.#decide(row, { status: 'denied', restoreCaps: null })
    if (chance.draw(4) === 3) this.#spawn(this.#decide(row, { status: 'approved', restoreCaps: null }))
    if (chance.draw(4) < 3) yield* this.#decide(row, { status: 'approved', restoreCaps: chance.pick([null, true]) })
  }

  *#decide(row: ReturnRow, decision: Decision): Running<void> {
    if (decision.status === 'approved') this.wished.add(keyOf(row))
    yield* this.#say(row, (desk) => desk.decide(row.id, decision))
  }

  /** Says it until there is an answer. */
  *#say(row: ReturnRow, act: (desk: ReturnDesk) => Running<ReturnAnswer>): Running<void> {
    for (let sent = 1; sent <= MAX_SENDS; sent += 1) {
      try {
        const answer = yield* call(this.#people, this.#world.returnDesk, act)
        this.#world.engine.tell('people', `hear ${answer} of ${row.id}`)
        if (answer === 'approved') this.told.add(keyOf(row))
        return
      } catch (error) {
        if (!(error instanceof Outage)) throw error
      }
      yield* this.#people.sleep(PAUSE_MS)
    }
  }

  #spawn(running: Running<void>): void {
    this.#open += 1
    this.#people.spawn(this.#counted(running))
  }

  *#counted(running: Running<void>): Running<void> {
    yield* running
    this.#open -= 1
  }
}

/** A sale has one return. */
export function keyOf({ auctionId, contractId }: Pick<ReturnRow, 'auctionId' | 'contractId'>): string {
  return `${auctionId} ${contractId}`
}
