import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BuyerAccountObject } from '../../durable-objects/buyer-account/buyer-account'
import type { AuctionRpc, ReserveRequest } from '../../src/contracts/objects'
import type { Cap } from '../../src/core/limits/cap'
import { accountConfiguration, money } from '../support/submit-lead'
import { ObjectLife } from './support/object-life'

const MINUTE = 60_000
const START = Date.parse('2076-11-20T10:15:00Z')

type Outcome = Awaited<ReturnType<AuctionRpc['attemptOutcome']>>

/** An account of its own, with a clock that the test moves, and auctions that say what the test wants. */
function newAccount(outcomes: { readonly [auctionId: string]: Outcome | Error } = {}) {
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
    return new BuyerAccountObject(state, env, { now: () => clock.now, auction })
  })
  const reserve = (overrides: Partial<ReserveRequest> = {}) =>
    life.run((account) => account.reserve(request(overrides)))
  const commit = (auctionId = 'auction-1', attempt = 1) => life.run((account) => account.commit(auctionId, attempt))
  const release = (auctionId = 'auction-1', attempt = 1) => life.run((account) => account.release(auctionId, attempt))
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

const granted = { granted: true }
const denied = (reason: string) => ({ granted: false, reason })
type AccountCap = Cap & { readonly contractId: string | null }
const daily = (overrides: Partial<AccountCap>): AccountCap => {
  return { period: 'day', timeZone: 'UTC', count: null, amountMicros: null, contractId: null, ...overrides }
}

describe('a hold', () => {
  it('is granted, and granted again to the attempt that has it', async () => {
    const { reserve, holds } = newAccount()
    expect(await reserve()).toEqual(granted)
    expect(await reserve()).toEqual(granted)
    expect(await holds()).toEqual(['auction-1/1 held'])
  })

  it('becomes a charge by its commit, once; a release after it changes nothing', async () => {
    const { reserve, commit, release, holds } = newAccount()
    await reserve()
    await commit()
    await commit()
    await release()
    expect(await holds()).toEqual(['auction-1/1 sold'])
    expect(await reserve()).toEqual(granted)
  })

  it('is gone by its release, for good: neither reserve nor commit brings it back', async () => {
    const { reserve, commit, release, holds } = newAccount()
    await reserve()
    await release()
    await release()
    expect(await reserve()).toEqual(denied('account_denied'))
    await commit()
    expect(await holds()).toEqual(['auction-1/1 released'])
  })

  it('that is released before it was asked for leaves a tombstone, and the late reserve is denied', async () => {
    const { reserve, release, holds } = newAccount()
    await release()
    expect(await reserve()).toEqual(denied('account_denied'))
    expect(await holds()).toEqual(['auction-1/1 released'])
    expect(await reserve({ attempt: 2 })).toEqual(granted)
    expect(await reserve({ auctionId: 'auction-2' })).toEqual(granted)
  })

  it('survives a restart in each of its states', async () => {
    const { reserve, commit, release, holds, life } = newAccount()
    await reserve()
    await life.crash()
    expect(await reserve()).toEqual(granted)
    await commit()
    await life.crash()
    await release()
    expect(await holds()).toEqual(['auction-1/1 sold'])
    await release('auction-2')
    await life.crash()
    expect(await reserve({ auctionId: 'auction-2' })).toEqual(denied('account_denied'))
  })

  it('ends the same for any order and any number of the three calls, also with restarts between', async () => {
    const call = fc.constantFrom('reserve', 'commit', 'release')
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 12 }), fc.nat({ max: 12 }), async (calls, crashAt) => {
        const { reserve, commit, release, holds, life } = newAccount()
        await life.run((account) => account.configure(accountConfiguration({ caps: [daily({ count: 1 })] })))
        let model: 'none' | 'held' | 'sold' | 'released' = 'none'
        for (const [index, name] of calls.entries()) {
          if (index === crashAt) await life.crash()
          if (name === 'reserve') {
            expect(await reserve()).toEqual(model === 'released' ? denied('account_denied') : granted)
            if (model === 'none') model = 'held'
          } else if (name === 'commit') {
            await commit()
            if (model === 'held') model = 'sold'
          } else {
            await release()
            if (model !== 'sold') model = 'released'
          }
        }
        expect(await holds()).toEqual(model === 'none' ? [] : [`auction-1/1 ${model}`])
        // The one place of the cap is taken exactly where something is held or sold.
        const another = await reserve({ auctionId: 'auction-2' })
        expect(another.granted).toBe(model === 'none' || model === 'released')
      }),
      { numRuns: 30 },
    )
  }, 30_000)

  it('that nobody resolved is asked about: what was sold is charged, what is over is given back, what is open stays', async () => {
    const { reserve, holds, life, clock } = newAccount({ sold: 'sold', over: 'over', open: 'open' })
    for (const auctionId of ['sold', 'over', 'open', 'gone']) await reserve({ auctionId })
    clock.now += 20 * MINUTE
    await reserve({ auctionId: 'fresh', at: clock.now })
    await life.ring()
    expect((await holds()).toSorted()).toEqual([
      'fresh/1 held',
      'gone/1 released',
      'open/1 held',
      'over/1 released',
      'sold/1 sold',
    ])
    expect(await life.alarmAt()).toBeGreaterThan(clock.now)
  })

  it('whose auction cannot be asked does not keep the others from being resolved', async () => {
    const { reserve, holds, life, clock } = newAccount({ down: new Error('overloaded'), over: 'over', sold: 'sold' })
    for (const auctionId of ['down', 'over', 'sold']) await reserve({ auctionId })
    clock.now += 20 * MINUTE
    await life.ring()
    expect((await holds()).toSorted()).toEqual(['down/1 held', 'over/1 released', 'sold/1 sold'])
    expect(await life.alarmAt()).toBeGreaterThan(clock.now)
  })
})

describe('a buyer', () => {
  const configure = (life: ReturnType<typeof newAccount>['life'], version: number, active: boolean) =>
    life.run((account) => account.configure(accountConfiguration({ version, active })))

  it('that is paused buys nothing new, from the next award on, and after a restart', async () => {
    const { reserve, life, holds } = newAccount()
    await reserve()
    await configure(life, 2, false)
    expect(await reserve({ auctionId: 'auction-2' })).toEqual(denied('paused'))
    await life.crash()
    expect(await reserve({ auctionId: 'auction-3' })).toEqual(denied('paused'))
    // What it holds already may be with it: that attempt goes on.
    expect(await reserve()).toEqual(granted)
    expect(await holds()).toEqual(['auction-1/1 held'])
    await configure(life, 3, true)
    expect(await reserve({ auctionId: 'auction-2' })).toEqual(granted)
  })

  it('keeps the newest configuration, in whatever order they arrive', async () => {
    const { reserve, life } = newAccount()
    await configure(life, 5, false)
    await configure(life, 4, true)
    expect(await reserve()).toEqual(denied('paused'))
    await life.crash()
    await configure(life, 4, true)
    expect(await reserve()).toEqual(denied('paused'))
  })
})

describe('caps and budgets', () => {
  it.each([
    ['a cap by count', { caps: [daily({ count: 3 })] }, 3, 'capped'],
    ['a cap by amount', { caps: [daily({ amountMicros: money(130) })] }, 3, 'capped'],
    ['a cap of this contract', { caps: [daily({ count: 2, contractId: 'con_a' })] }, 2, 'capped'],
    ['a cap of another contract', { caps: [daily({ count: 2, contractId: 'con_b' })] }, 30, 'capped'],
    ['a budget', { budgets: [daily({ amountMicros: money(160) })] }, 4, 'out_of_budget'],
  ])('(%s) are never passed by thirty auctions at once', async (_, configuration, places, reason) => {
    const { reserve, life } = newAccount()
    await life.run((account) => account.configure(accountConfiguration(configuration)))
    const results = await Promise.all(
      Array.from({ length: 30 }, (_, index) => reserve({ auctionId: `auction-${index}` })),
    )
    expect(results.filter((result) => result.granted)).toHaveLength(places)
    for (const result of results) if (!result.granted) expect(result.reason).toBe(reason)
  })

  it('have a place again for what was released, and count what was sold', async () => {
    const { reserve, commit, release, life } = newAccount()
    await life.run((account) => account.configure(accountConfiguration({ caps: [daily({ count: 1 })] })))
    await reserve()
    expect(await reserve({ auctionId: 'auction-2' })).toEqual(denied('capped'))
    await release()
    expect(await reserve({ auctionId: 'auction-2' })).toEqual(granted)
    await commit('auction-2')
    await life.crash()
    expect(await reserve({ auctionId: 'auction-3' })).toEqual(denied('capped'))
  })

  it('count the price of an attempt that a restart made begin anew with another bid', async () => {
    const { reserve, life } = newAccount()
    const configuration = accountConfiguration({ budgets: [daily({ amountMicros: money(100) })] })
    await life.run((account) => account.configure(configuration))
    expect(await reserve({ priceMicros: money(90) })).toEqual(granted)
    await life.crash()
    expect(await reserve({ priceMicros: money(30) })).toEqual(granted)
    expect(await reserve({ auctionId: 'auction-2', priceMicros: money(70) })).toEqual(granted)
    expect(await reserve({ auctionId: 'auction-3', priceMicros: money(1) })).toEqual(denied('out_of_budget'))
    // Beginning anew above the limits is denied like any other, and what was held for it is free.
    expect(await reserve({ priceMicros: money(31) })).toEqual(denied('out_of_budget'))
    expect(await reserve({ auctionId: 'auction-4', priceMicros: money(30) })).toEqual(granted)
  })

  it('count an attempt in the period in which it began', async () => {
    const { reserve, release, life } = newAccount()
    await life.run((account) => account.configure(accountConfiguration({ caps: [daily({ count: 1 })] })))
    const tomorrow = START + 24 * 60 * MINUTE
    await reserve()
    expect(await reserve({ auctionId: 'auction-2', at: tomorrow })).toEqual(granted)
    await release()
    expect(await reserve({ auctionId: 'auction-3', at: tomorrow })).toEqual(denied('capped'))
  })
})
