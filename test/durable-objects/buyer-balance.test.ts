import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CreditOrder } from '../../src/contracts/balance'
import { accountConfiguration, money } from '../support/submit-lead'
import { newAccount, START } from './support/account-life'

let lastId = 0

function order(units: number, overrides: Partial<CreditOrder> = {}): CreditOrder {
  lastId += 1
  const amountMicros = Math.sign(units) * money(Math.abs(units))
  return {
    id: `crd_${lastId}`,
    key: null,
    reference: null,
    fingerprint: `${units}`,
    amountMicros,
    note: null,
    ...overrides,
  }
}

/** An account with what tests of its balance ask of it. */
function newBalance() {
  const account = newAccount()
  const { life } = account
  const credit = (units: number, overrides: Partial<CreditOrder> = {}) =>
    life.run((object) => object.credit(order(units, overrides)))
  const balance = () => life.run((object) => object.balance())
  const prepaid = (isPrepaid: boolean | undefined, version = 2) =>
    life.run((object) =>
      object.configure(accountConfiguration({ version, ...(isPrepaid === undefined ? {} : { prepaid: isPrepaid }) })),
    )
  return { ...account, credit, balance, prepaid, left: async () => (await balance()).balanceMicros }
}

const granted = { granted: true }
const outOfBudget = { granted: false, reason: 'out_of_budget' }

describe('a prepaid balance', () => {
  it('is not asked for until something is credited', async () => {
    const { reserve, balance } = newBalance()
    expect(await reserve({ priceMicros: money(1_000) })).toEqual(granted)
    expect(await balance()).toMatchObject({ prepaid: false, balanceMicros: 0, spentMicros: 0, credits: [] })
  })

  it('pays for sales as long as it lasts, to the last micro, and no further', async () => {
    const { reserve, commit, credit, left } = newBalance()
    await credit(100)
    for (const auctionId of ['one', 'two']) {
      expect(await reserve({ auctionId })).toEqual(granted)
      await commit(auctionId)
    }
    expect(await reserve({ auctionId: 'three' })).toEqual(outOfBudget)
    expect(await reserve({ auctionId: 'three', priceMicros: money(20) + 1 })).toEqual(outOfBudget)
    expect(await reserve({ auctionId: 'three', priceMicros: money(20) })).toEqual(granted)
    expect(await left()).toBe(0)
    await credit(40)
    expect(await reserve({ auctionId: 'four' })).toEqual(granted)
  })

  it('is never passed by a hundred auctions at once', async () => {
    const { reserve, credit, left } = newBalance()
    await credit(170)
    const results = await Promise.all(
      Array.from({ length: 100 }, (_, index) => reserve({ auctionId: `auction-${index}` })),
    )
    expect(results.filter((result) => result.granted)).toHaveLength(4)
    expect(await left()).toBe(money(10))
  })

  it('has again what was held for a sale that came to nothing', async () => {
    const { reserve, release, credit, balance } = newBalance()
    await credit(40)
    await reserve()
    expect(await balance()).toMatchObject({ balanceMicros: 0, heldMicros: money(40) })
    expect(await reserve({ auctionId: 'auction-2' })).toEqual(outOfBudget)
    await release()
    await release()
    expect(await balance()).toMatchObject({ balanceMicros: money(40), heldMicros: 0 })
    expect(await reserve({ auctionId: 'auction-2' })).toEqual(granted)
  })

  it('pays for each sale exactly once, whatever is said twice, late, or before and after restarts', async () => {
    const call = fc.record({
      name: fc.constantFrom('reserve', 'commit', 'release', 'crash'),
      auctionId: fc.constantFrom('a', 'b', 'c'),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 25 }), async (calls) => {
        const { reserve, commit, release, credit, left, life } = newBalance()
        await credit(80)
        const states = new Map<string, 'held' | 'sold' | 'released'>()
        const taken = () => [...states.values()].filter((state) => state !== 'released').length
        for (const { name, auctionId } of calls) {
          const state = states.get(auctionId)
          if (name === 'crash') await life.crash()
          else if (name === 'commit') {
            await commit(auctionId)
            if (state === 'held') states.set(auctionId, 'sold')
          } else if (name === 'release') {
            await release(auctionId)
            if (state !== 'sold') states.set(auctionId, 'released')
          } else {
            const { granted: isGranted } = await reserve({ auctionId })
            expect(isGranted).toBe(state === undefined ? taken() < 2 : state !== 'released')
            if (isGranted && state === undefined) states.set(auctionId, 'held')
          }
          expect(await left()).toBe(money(80) - taken() * money(40))
        }
      }),
      { numRuns: 25 },
    )
  }, 60_000)

  it('does not pay for what was bought on other terms before it began', async () => {
    const { reserve, commit, credit, left } = newBalance()
    await reserve()
    await commit()
    await credit(50)
    expect(await left()).toBe(money(50))
  })

  it('is asked for from the start where the operator says so, and not at all where he says not', async () => {
    const { reserve, credit, prepaid, left, life } = newBalance()
    await prepaid(true)
    expect(await reserve({ auctionId: 'one' })).toEqual(outOfBudget)
    await credit(40)
    expect(await reserve({ auctionId: 'one' })).toEqual(granted)
    await prepaid(false, 3)
    await life.crash()
    expect(await reserve({ auctionId: 'two' })).toEqual(granted)
    expect(await left()).toBe(money(-40))
    await prepaid(undefined, 4)
    expect(await reserve({ auctionId: 'three', priceMicros: 0 })).toEqual(outOfBudget)
  })

  it('remembers what it has sold after those holds are forgotten', async () => {
    const { reserve, commit, credit, left, life, clock } = newBalance()
    await credit(100)
    await reserve()
    await commit()
    clock.now += 200 * 24 * 60 * 60_000
    await life.ring()
    await life.crash()
    expect(await left()).toBe(money(60))
  })
})

describe('a credit', () => {
  it('counts once for its key or its reference, and says the same again, also after a restart', async () => {
    const { credit, left, life } = newBalance()
    const named = { key: 'key-1', reference: 'invoice 1' }
    const first = await credit(100, named)
    await credit(5)
    await life.crash()
    for (const again of [named, { key: 'key-1' }, { key: 'key-2', reference: 'invoice 1' }]) {
      expect(await credit(100, again)).toEqual({ ...first, replayed: true })
    }
    expect(await left()).toBe(money(105))
  })

  it('is refused where its key or reference stands for another', async () => {
    const { credit, left } = newBalance()
    await credit(100, { key: 'key-1', reference: 'invoice 1' })
    expect(await credit(90, { key: 'key-1' })).toEqual({ kind: 'key_reused' })
    expect(await credit(90, { reference: 'invoice 1' })).toEqual({ kind: 'reference_reused' })
    expect(await left()).toBe(money(100))
  })

  it('below zero takes back what was credited by mistake', async () => {
    const { credit, balance, reserve } = newBalance()
    await credit(1_000)
    await credit(-970)
    const { credits, ...stand } = await balance()
    expect(stand).toEqual({
      prepaid: true,
      balanceMicros: money(30),
      heldMicros: 0,
      spentMicros: 0,
      creditedMicros: money(30),
    })
    expect(credits.map(({ amountMicros, balanceMicros, at }) => [amountMicros, balanceMicros, at])).toEqual([
      [-money(970), money(30), START],
      [money(1_000), money(1_000), START],
    ])
    expect(await reserve()).toEqual(outOfBudget)
  })
})
