import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { IdentityIndexObject } from '../../durable-objects/identity-index'
import type { LeadOutcome } from '../../src/core/auction/summary'
import { ObjectLife } from './support/object-life'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

type Status = LeadOutcome['status']

function newIndex() {
  const clock = { now: Date.parse('2076-11-20T10:15:00Z') }
  /** What became of the auctions that are asked; one that is not here cannot be reached. */
  const outcomes = new Map<string, Status>()
  const asked: string[] = []
  const auction = (objectId: string) => ({
    leadOutcome: async () => {
      asked.push(objectId)
      const status = outcomes.get(objectId)
      if (status === undefined) throw new Error('away')
      return { status, payoutMicros: 0 }
    },
  })
  const life = new ObjectLife(env.IDENTITY_INDEX, env.IDENTITY_INDEX.newUniqueId(), (state) => {
    return new IdentityIndexObject(state, env, { now: () => clock.now, auction })
  })
  return {
    clock,
    life,
    outcomes,
    asked,
    claim: (auctionId: string, ...keys: readonly string[]) =>
      life.run((index) => index.claim({ auctionId, keys, seenMs: 60 * DAY })),
    holds: (...keys: readonly string[]) => life.run((index) => index.holds(keys)),
    release: (auctionId: string, ...keys: readonly string[]) => life.run((index) => index.release({ auctionId, keys })),
  }
}

describe('an identity', () => {
  it('belongs to the first auction that claims it, as often as that asks, and to no other', async () => {
    const { claim, life } = newIndex()
    expect(await claim('auction-1', 'aa1')).toBe(true)
    expect(await claim('auction-1', 'aa1')).toBe(true)
    expect(await claim('auction-2', 'aa1')).toBe(false)
    await life.crash()
    expect(await claim('auction-2', 'aa1')).toBe(false)
  })

  it('is claimed with all others of its lead, or none is', async () => {
    const { claim } = newIndex()
    await claim('auction-1', 'aa2')
    expect(await claim('auction-2', 'aa1', 'aa2', 'aa3')).toBe(false)
    expect(await claim('auction-3', 'aa1', 'aa3')).toBe(true)
  })

  it('is free again after a release by its own auction', async () => {
    const { claim, release } = newIndex()
    await claim('auction-1', 'aa1')
    await release('auction-2', 'aa1')
    expect(await claim('auction-2', 'aa1')).toBe(false)
    await release('auction-1', 'aa1')
    expect(await claim('auction-2', 'aa1')).toBe(true)
  })

  it('is seen for the whole window, and free after it', async () => {
    const { claim, holds, clock, life } = newIndex()
    await claim('auction-1', 'aa1')
    clock.now += 60 * DAY - 1
    await life.ring()
    expect(await holds('aa1')).toBe(true)
    expect(await claim('auction-2', 'aa1')).toBe(false)
    clock.now += 1
    expect(await holds('aa1')).toBe(false)
    expect(await claim('auction-2', 'aa1')).toBe(true)
  })

  it('is swept away once its time is over', async () => {
    const { claim, clock, life } = newIndex()
    await claim('auction-1', 'aa1')
    clock.now += 60 * DAY
    await life.ring()
    expect(await life.run((_, { storage }) => storage.sql.exec('SELECT key FROM identities').toArray())).toEqual([])
    expect(await life.alarmAt()).toBeNull()
  })
})

describe('a claim that is in the way', () => {
  it('is not asked about while its auction may still be beginning, nor where nobody else wants it', async () => {
    const { claim, holds, clock, asked, outcomes } = newIndex()
    outcomes.set('auction-1', 'absent')
    await claim('auction-1', 'aa1')
    clock.now += 10 * MINUTE - 1
    expect(await claim('auction-2', 'aa1')).toBe(false)
    expect(await holds('aa1')).toBe(true)
    clock.now += 1
    expect(await claim('auction-1', 'aa1')).toBe(true)
    expect(await claim('auction-2', 'bb1')).toBe(true)
    expect(asked).toEqual([])
  })

  it.for(['absent', 'unsold'] as const)('is given to the other where its auction is %s', async (status) => {
    const { claim, holds, clock, outcomes } = newIndex()
    outcomes.set('auction-1', status)
    await claim('auction-1', 'aa1', 'aa2')
    clock.now += 10 * MINUTE
    expect(await claim('auction-2', 'aa1', 'aa2')).toBe(true)
    expect(await claim('auction-1', 'aa1')).toBe(false)
    expect(await holds('aa2')).toBe(true)
  })

  it.for(['absent', 'unsold'] as const)('holds no ping back where its auction is %s', async (status) => {
    const { claim, holds, clock, outcomes } = newIndex()
    outcomes.set('auction-1', status)
    await claim('auction-1', 'aa1')
    clock.now += 10 * MINUTE
    expect(await holds('aa1')).toBe(false)
  })

  it('stands where its auction is on its way, or cannot be asked', async () => {
    const { claim, clock, asked, outcomes } = newIndex()
    await claim('auction-1', 'aa1')
    clock.now += 10 * MINUTE
    expect(await claim('auction-2', 'aa1')).toBe(false)
    outcomes.set('auction-1', 'open')
    expect(await claim('auction-2', 'aa1')).toBe(false)
    expect(asked).toEqual(['auction-1', 'auction-1'])
  })

  it('is asked about once where its auction sold the lead', async () => {
    const { claim, clock, asked, outcomes, life } = newIndex()
    outcomes.set('auction-1', 'sold')
    await claim('auction-1', 'aa1')
    clock.now += 10 * MINUTE
    expect(await claim('auction-2', 'aa1')).toBe(false)
    await life.crash()
    expect(await claim('auction-3', 'aa1')).toBe(false)
    expect(asked).toEqual(['auction-1'])
  })

  it('stands unasked once its auction may have been forgotten for being over', async () => {
    const { claim, clock, asked, outcomes } = newIndex()
    outcomes.set('auction-1', 'absent')
    await claim('auction-1', 'aa1')
    clock.now += 29 * DAY
    expect(await claim('auction-2', 'aa1')).toBe(false)
    expect(asked).toEqual([])
  })

  it('stays with its auction where that begins anew while another has it asked', async () => {
    const { claim, clock, life } = newIndex()
    await claim('auction-1', 'aa1')
    clock.now += 10 * MINUTE
    let say: (outcome: LeadOutcome) => void = () => undefined
    const asking = new Promise<LeadOutcome>((resolve) => {
      say = resolve
    })
    const both = await life.run((_, state) => {
      const index = new IdentityIndexObject(state, env, {
        now: () => clock.now,
        auction: () => ({ leadOutcome: () => asking }),
      })
      const rival = index.claim({ auctionId: 'auction-2', keys: ['aa1'], seenMs: 60 * DAY })
      const own = index.claim({ auctionId: 'auction-1', keys: ['aa1'], seenMs: 60 * DAY })
      own.then(() => say({ status: 'absent', payoutMicros: 0 }))
      return Promise.all([rival, own])
    })
    expect(both).toEqual([false, true])
    expect(await claim('auction-3', 'aa1')).toBe(false)
  })

  it('goes to one of those who ask at once', async () => {
    const { claim, clock, outcomes } = newIndex()
    outcomes.set('auction-1', 'absent')
    await claim('auction-1', 'aa1')
    clock.now += 10 * MINUTE
    const claims = await Promise.all(['auction-2', 'auction-3', 'auction-4'].map((rival) => claim(rival, 'aa1')))
    expect(claims.filter(Boolean)).toHaveLength(1)
  })
})
