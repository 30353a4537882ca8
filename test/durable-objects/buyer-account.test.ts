import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Cap } from '../../src/core/limits/cap'
import { accountConfiguration, money } from '../support/submit-lead'
import { newAccount, START } from './support/account-life'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
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

  it('is that of the latest beginning of its attempt: what an earlier one asked for comes too late', async () => {
    const { reserve, commit, life } = newAccount()
    expect(await reserve({ priceMicros: money(7), at: START + 5_000 })).toEqual(granted)
    expect(await reserve({ priceMicros: money(6), at: START })).toEqual(denied('account_denied'))
    await commit()
    const sold = await life.run((_, { storage }) => storage.sql.exec('SELECT status, price_micros FROM holds').one())
    expect(sold).toEqual({ status: 'sold', price_micros: money(7) })
  })

  it('stays through a release that was meant for an earlier beginning of its attempt', async () => {
    const { reserve, release, holds } = newAccount()
    await reserve({ at: START })
    await reserve({ at: START + 5_000 })
    await release('auction-1', 1, START)
    expect(await holds()).toEqual(['auction-1/1 held'])
    await release('auction-1', 1, START + 5_000)
    expect(await holds()).toEqual(['auction-1/1 released'])
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

  it('of which there are too many to ask about at once has its turn all the same', async () => {
    const many = Array.from({ length: 250 }, (_, index) => `a-${index}`)
    const { reserve, holds, life, clock } = newAccount({
      ...Object.fromEntries(many.map((auctionId) => [auctionId, 'open' as const])),
      'z-last': 'over',
    })
    for (const auctionId of [...many, 'z-last']) await reserve({ auctionId })
    clock.now += 20 * MINUTE
    for (let turn = 0; turn < 40 && (await holds()).includes('z-last/1 held'); turn++) await life.ring()
    expect(await holds()).toContain('z-last/1 released')
  })

  it('is forgotten a week after it is over, and never while it is open; what it used stays counted', async () => {
    const { reserve, commit, release, holds, life, clock } = newAccount({ open: 'open' })
    await life.run((account) =>
      account.configure(accountConfiguration({ caps: [daily({ count: 3, period: 'total' })] })),
    )
    for (const auctionId of ['sold', 'gone', 'open']) await reserve({ auctionId })
    await commit('sold')
    await release('gone')
    clock.now += 6 * DAY
    await life.ring()
    expect(await holds()).toHaveLength(3)
    clock.now += 2 * DAY
    await life.ring()
    expect(await holds()).toEqual(['open/1 held'])
    await reserve({ auctionId: 'third', at: clock.now })
    expect(await reserve({ auctionId: 'fourth', at: clock.now })).toEqual(denied('capped'))
  })

  it('leaves no alarm behind once everything is forgotten, and is watched again with the next', async () => {
    const { reserve, release, holds, life, clock } = newAccount()
    await reserve()
    await release()
    await life.ring()
    expect(await life.alarmAt()).toBe(clock.now + DAY)
    // An alarm that is a day away is too late for what is held now.
    await reserve({ auctionId: 'auction-2', at: clock.now })
    expect(await life.alarmAt()).toBe(clock.now + 10 * MINUTE)
    await release('auction-2')
    clock.now += 8 * DAY
    await life.ring()
    expect(await holds()).toEqual([])
    expect(await life.alarmAt()).toBeNull()
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

  it('by total count what is long past, in one row; shorter periods do not', async () => {
    const { reserve, commit, life, clock } = newAccount()
    const caps = [daily({ period: 'total', count: 4 }), daily({ period: 'month', count: 2 })]
    await life.run((account) => account.configure(accountConfiguration({ caps })))
    for (const auctionId of ['old-1', 'old-2']) {
      await reserve({ auctionId, at: clock.now })
      await commit(auctionId)
      clock.now += 60 * MINUTE
    }
    expect(await reserve({ auctionId: 'too-many', at: clock.now })).toEqual(denied('capped'))
    clock.now += 100 * DAY
    await life.ring()
    const slots = () => life.run((_, { storage }) => storage.sql.exec('SELECT slot, count FROM usage').toArray())
    expect(await slots()).toEqual([{ slot: 0, count: 2 }])
    await life.crash()
    for (const auctionId of ['new-1', 'new-2']) expect(await reserve({ auctionId, at: clock.now })).toEqual(granted)
    expect(await reserve({ auctionId: 'new-3', at: clock.now + 40 * DAY })).toEqual(denied('capped'))
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
