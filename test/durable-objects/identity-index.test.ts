import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { IdentityIndexObject } from '../../durable-objects/identity-index'
import { ObjectLife } from './support/object-life'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

function newIndex() {
  const clock = { now: Date.parse('2076-11-20T10:15:00Z') }
  const life = new ObjectLife(env.IDENTITY_INDEX, env.IDENTITY_INDEX.newUniqueId(), (state) => {
    return new IdentityIndexObject(state, env, { now: () => clock.now })
  })
  return {
    clock,
    life,
    claim: (auctionId: string, ...keys: readonly string[]) =>
      life.run((index) => index.claim({ auctionId, keys, holdMs: 10 * MINUTE })),
    confirm: (auctionId: string, ...keys: readonly string[]) =>
      life.run((index) => index.confirm({ auctionId, keys, seenMs: 30 * DAY })),
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

  it('is free again after a release, and of a hold that nobody resolved', async () => {
    const { claim, release, clock } = newIndex()
    await claim('auction-1', 'aa1')
    await release('auction-2', 'aa1')
    expect(await claim('auction-2', 'aa1')).toBe(false)
    await release('auction-1', 'aa1')
    expect(await claim('auction-2', 'aa1')).toBe(true)
    clock.now += 10 * MINUTE
    expect(await claim('auction-3', 'aa1')).toBe(true)
  })

  it('is seen for the whole window once it was sold', async () => {
    const { claim, confirm, clock, life } = newIndex()
    await claim('auction-1', 'aa1')
    await confirm('auction-1', 'aa1')
    clock.now += 30 * DAY - 1
    await life.ring()
    expect(await claim('auction-2', 'aa1')).toBe(false)
    clock.now += 1
    expect(await claim('auction-2', 'aa1')).toBe(true)
  })

  it('is held anew where its own auction comes back after the hold had ended', async () => {
    const { claim, clock } = newIndex()
    await claim('auction-1', 'aa1')
    clock.now += 11 * MINUTE
    expect(await claim('auction-1', 'aa1')).toBe(true)
    expect(await claim('auction-2', 'aa1')).toBe(false)
  })

  it('is swept away once its time is over', async () => {
    const { claim, clock, life } = newIndex()
    await claim('auction-1', 'aa1')
    clock.now += DAY
    await life.ring()
    expect(await life.run((_, { storage }) => storage.sql.exec('SELECT key FROM claims').toArray())).toEqual([])
    expect(await life.alarmAt()).toBeNull()
  })
})
