/** A thousand attempts at once against a cap of a hundred, without HTTP: what the account itself grants, through every end. */
import { describe, expect, it } from 'vitest'
import { accountConfiguration, money } from '../support/submit-lead'
import { newAccount } from './support/account-life'

const ATTEMPTS = 1_000
const CAP = 100

/** What becomes of an attempt that was granted, by its number. */
const ENDS = [
  'accepted',
  'accepted',
  'rejected',
  'accepted',
  'late',
  'rejected',
  'forgotten',
  'timed out',
  'killed',
] as const
type End = (typeof ENDS)[number]
const endOf = (number: number): End => ENDS[number % ENDS.length] ?? 'accepted'
const isSold = (end: End) => end === 'accepted' || end === 'late' || end === 'timed out'

const nameOf = (number: number) => `auction-${number}`

describe('a cap of a hundred', () => {
  it.each([
    ['by count', { caps: [{ count: CAP, amountMicros: null }], budgets: [] }],
    ['by amount', { caps: [{ count: null, amountMicros: CAP * money(40) }], budgets: [] }],
    ['by budget', { caps: [], budgets: [{ count: null, amountMicros: CAP * money(40) }] }],
  ])(
    '%s sells exactly a hundred to a thousand attempts at once, and to all that come after',
    async (_, { caps, budgets }) => {
      const total = { period: 'total', timeZone: 'UTC' } as const
      // What auctions say of attempts that nobody spoke of again.
      const outcomes = Object.fromEntries(
        Array.from({ length: 4 * ATTEMPTS }, (_, number) => {
          return [nameOf(number), endOf(number) === 'timed out' ? 'sold' : 'over'] as const
        }),
      )
      const { reserve, commit, release, life, clock } = newAccount(outcomes)
      await life.run((account) =>
        account.configure(
          accountConfiguration({
            caps: caps.map((cap) => ({ ...total, ...cap, contractId: null })),
            budgets: budgets.map((budget) => ({ ...total, ...budget })),
          }),
        ),
      )
      let next = 0
      /** Asks for so many at once. @returns which were granted */
      const wave = async (size: number): Promise<readonly number[]> => {
        const numbers = Array.from({ length: size }, () => next++)
        const results = await Promise.all(
          numbers.map((number) => reserve({ auctionId: nameOf(number), at: clock.now })),
        )
        return numbers.filter((_, index) => results[index]?.granted === true)
      }
      const sold = new Set<number>()
      let held: readonly number[] = await wave(ATTEMPTS)
      expect(held).toHaveLength(CAP)
      for (let round = 0; sold.size < CAP; round++) {
        expect(round).toBeLessThan(20)
        // Half of the ends are heard before a restart and half after it, all twice.
        for (const half of [0, 1]) {
          const mine = held.filter((_, index) => index % 2 === half)
          for (const _again of [0, 1]) {
            await Promise.all(
              mine.map((number) => {
                const end = endOf(number)
                if (end === 'accepted' || end === 'late') return commit(nameOf(number))
                return end === 'rejected' ? release(nameOf(number)) : null
              }),
            )
          }
          await life.crash()
        }
        for (const number of held) if (isSold(endOf(number))) sold.add(number)
        // The others are asked about, when it is time for that.
        clock.now += 20 * 60_000
        await life.ring()
        const wanted = CAP - sold.size
        held = await wave(300)
        expect(held).toHaveLength(wanted)
      }
      expect(sold.size).toBe(CAP)
      expect(await wave(ATTEMPTS)).toEqual([])
      const stored = await life.run((_, { storage }) =>
        storage.sql.exec("SELECT COUNT(*) AS n FROM holds WHERE status = 'sold'").one(),
      )
      expect(stored).toEqual({ n: CAP })
    },
  )
})
