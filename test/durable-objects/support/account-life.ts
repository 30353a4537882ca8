import { env } from 'cloudflare:workers'
import { BuyerAccountObject } from '../../../durable-objects/buyer-account/buyer-account'
import type { AuctionRpc } from '../../../src/contracts/auction'
import type { ReserveRequest } from '../../../src/contracts/buyer-account'
import { money } from '../../support/submit-lead'
import { ObjectLife } from './object-life'

export const START = Date.parse('2076-11-20T10:15:00Z')

type Outcome = Awaited<ReturnType<AuctionRpc['attemptOutcome']>>

/** An account of its own, with a clock that the test moves, and auctions that say what the test wants. */
export function newAccount(outcomes: { readonly [auctionId: string]: Outcome | Error } = {}) {
  const clock = { now: START }
  const auction = (objectId: string): AuctionRpc | null => {
    const outcome = outcomes[objectId]
    if (outcome === undefined) return null
    const attemptOutcome = async () => {
      if (outcome instanceof Error) throw outcome
      return outcome
    }
    return { attemptOutcome } as unknown as AuctionRpc
  }
  const life = new ObjectLife(env.BUYER_ACCOUNT, env.BUYER_ACCOUNT.newUniqueId(), (state) => {
    return new BuyerAccountObject(state, env, { now: () => clock.now, auction, notify: async () => undefined })
  })
  const reserve = (overrides: Partial<ReserveRequest> = {}) =>
    life.run((account) => account.reserve(request(overrides)))
  const commit = (auctionId = 'auction-1', attempt = 1) =>
    life.run((account) => account.commit([{ auctionId, attempt }]))
  const release = (auctionId = 'auction-1', attempt = 1, until = Number.POSITIVE_INFINITY) =>
    life.run((account) => account.release(auctionId, attempt, until))
  const holds = () =>
    life.run((_, { storage }) =>
      storage.sql
        .exec<{ auction_id: string; attempt: number; status: string }>('SELECT auction_id, attempt, status FROM holds')
        .toArray()
        .map(({ auction_id, attempt, status }) => `${auction_id}/${attempt} ${status}`),
    )
  return { clock, life, reserve, commit, release, holds }
}

function request(overrides: Partial<ReserveRequest> = {}): ReserveRequest {
  return { auctionId: 'auction-1', attempt: 1, contractId: 'con_a', priceMicros: money(40), at: START, ...overrides }
}
