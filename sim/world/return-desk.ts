/**
 * Mirrors src/http/after-sale/return-lead.ts, decide-return.ts, tell-account.ts, and the cron that tells accounts what they
 * have not heard. Left out are terms and windows: whoever asks here may.
 */
import type { Host } from '../engine/host.ts'
import { call } from '../engine/network.ts'
import { Outage, type Running } from '../engine/running.ts'
import type { BuyerAccountObject } from '../objects/buyer-account.ts'
import type { Decision, ReturnRow } from '../objects/sale-return.ts'
import type { Database } from './database.ts'

export type ReturnAnswer = 'requested' | 'approved' | 'denied' | 'already_returned'

export class ReturnDesk {
  readonly #host: Host<ReturnDesk>
  readonly #database: Host<Database>
  readonly #account: (buyerId: string) => Host<BuyerAccountObject>

  constructor(
    host: Host<ReturnDesk>,
    database: Host<Database>,
    account: (buyerId: string) => Host<BuyerAccountObject>,
  ) {
    this.#host = host
    this.#database = database
    this.#account = account
  }

  /** A buyer gives a lead back, or an operator takes it back. */
  *ask(row: ReturnRow): Running<ReturnAnswer> {
    if (!(yield* call(this.#host, this.#database, (database) => database.addReturn(row)))) return 'already_returned'
    if (row.status === 'approved') yield* this.#tried(row)
    return row.status
  }

  *decide(id: string, decision: Decision): Running<ReturnAnswer> {
    const row = yield* call(this.#host, this.#database, (database) => database.decideReturn(id, decision))
    if (row === null) return 'already_returned'
    if (row.status === 'approved') yield* this.#tried(row)
    return row.status
  }

  /** What the cron does every minute. */
  *tellAll(): Running<void> {
    for (const row of yield* call(this.#host, this.#database, (database) => database.untoldReturns())) {
      yield* this.#tried(row)
    }
  }

  /** It is on the books already: what the account does not hear now it hears from the cron. */
  *#tried(row: ReturnRow): Running<void> {
    try {
      yield* this.#tell(row)
    } catch (error) {
      if (!(error instanceof Outage)) throw error
    }
  }

  *#tell(row: ReturnRow): Running<void> {
    yield* call(this.#host, this.#account(row.buyerId), (account) => account.takeBack(row))
    yield* call(this.#host, this.#database, (database) => database.accountTold(row.id))
  }
}
