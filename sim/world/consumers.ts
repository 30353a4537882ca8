/** Mirrors src/queues/projection.ts, charges.ts and post-retry.ts: a message is done with once what it asks for is done. */
import type { SoldAttempt } from '../../src/contracts/buyer-account.ts'
import type { PostRetry } from '../../src/contracts/projection.ts'
import type { Host } from '../engine/host.ts'
import { call } from '../engine/network.ts'
import { Outage, type Running } from '../engine/running.ts'
import type { AuctionObject } from '../objects/auction.ts'
import type { BuyerAccountObject } from '../objects/buyer-account.ts'
import type { Projection } from '../objects/projection.ts'
import type { Database } from './database.ts'
import type { Consumer } from './queue.ts'

type Auctions = (id: string) => Host<AuctionObject>
type Accounts = (buyerId: string) => Host<BuyerAccountObject>

interface ProjectorParts {
  readonly database: Host<Database>
  readonly auction: Auctions
  readonly account: Accounts
}

export class Projector implements Consumer<Projection> {
  readonly #host: Host<Projector>
  readonly #database: Host<Database>
  readonly #auction: Auctions
  readonly #account: Accounts

  constructor(host: Host<Projector>, { database, auction, account }: ProjectorParts) {
    this.#host = host
    this.#database = database
    this.#auction = auction
    this.#account = account
  }

  *consume(messages: readonly Projection[]): Running<readonly boolean[]> {
    const charged = yield* this.#charge(messages)
    const stored = yield* this.#store(charged)
    const done = charged.filter((_, index) => stored[index] === true)
    yield* this.#acknowledge(done)
    return messages.map((message) => done.includes(message))
  }

  /** One call for each account. @returns the messages all of whose sales are charged */
  *#charge(messages: readonly Projection[]): Running<readonly Projection[]> {
    const byBuyer = new Map<string, SoldAttempt[]>()
    for (const { auctionId, sales } of messages) {
      for (const { buyerId, attempt } of sales) {
        byBuyer.set(buyerId, [...(byBuyer.get(buyerId) ?? []), { auctionId, attempt }])
      }
    }
    const refused = new Set<string>()
    for (const [buyerId, sold] of byBuyer) {
      try {
        yield* call(this.#host, this.#account(buyerId), (account) => account.commit(sold))
      } catch (error) {
        if (!(error instanceof Outage)) throw error
        refused.add(buyerId)
      }
    }
    return messages.filter(({ sales }) => !sales.some(({ buyerId }) => refused.has(buyerId)))
  }

  /** All of them, or else one by one, so that one that is refused is given back alone. */
  *#store(messages: readonly Projection[]): Running<readonly boolean[]> {
    if (messages.length === 0) return []
    if (yield* this.#applied(messages)) return messages.map(() => true)
    const stored: boolean[] = []
    for (const message of messages) stored.push(yield* this.#applied([message]))
    return stored
  }

  *#applied(messages: readonly Projection[]): Running<boolean> {
    try {
      yield* call(this.#host, this.#database, (database) => database.apply(messages))
      return true
    } catch (error) {
      if (!(error instanceof Outage)) throw error
      return false
    }
  }

  /** One call for each auction, with the newest of its sequences; one that fails is made up for when the auction sends again. */
  *#acknowledge(stored: readonly Projection[]): Running<void> {
    const newest = new Map<string, number>()
    for (const { auctionId, sequence } of stored) {
      newest.set(auctionId, Math.max(sequence, newest.get(auctionId) ?? sequence))
    }
    for (const [auctionId, sequence] of newest) {
      try {
        yield* call(this.#host, this.#auction(auctionId), (auction) => auction.acknowledge(sequence))
      } catch (error) {
        if (!(error instanceof Outage)) throw error
      }
    }
  }
}

export class PostRetrier implements Consumer<PostRetry> {
  readonly #host: Host<PostRetrier>
  readonly #auction: Auctions

  constructor(host: Host<PostRetrier>, auction: Auctions) {
    this.#host = host
    this.#auction = auction
  }

  *consume(messages: readonly PostRetry[]): Running<readonly boolean[]> {
    const done: boolean[] = []
    for (const { auctionId, contractId, tryNumber } of messages) {
      try {
        yield* call(this.#host, this.#auction(auctionId), (auction) => auction.retryPost(contractId, tryNumber))
        done.push(true)
      } catch (error) {
        if (!(error instanceof Outage)) throw error
        done.push(false)
      }
    }
    return done
  }
}
