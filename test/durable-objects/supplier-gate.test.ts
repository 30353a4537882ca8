import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { SupplierGateObject } from '../../durable-objects/supplier-gate/supplier-gate'
import type { AuctionRpc } from '../../src/contracts/auction'
import type { AdmitLead } from '../../src/contracts/supplier-gate'
import type { Cap } from '../../src/core/limits/cap'
import { gateConfiguration, money } from '../support/submit-lead'
import { ObjectLife } from './support/object-life'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const START = Date.parse('2076-11-20T10:15:00Z')

type LeadOutcome = Awaited<ReturnType<AuctionRpc['leadOutcome']>>

/** A gate of its own, with a clock that the test moves, and auctions that say what the test wants. */
function newGate(outcomes: { readonly [auctionId: string]: LeadOutcome | Error } = {}) {
  const clock = { now: START }
  const asked: string[] = []
  const auction = (objectId: string): AuctionRpc | null => {
    asked.push(objectId)
    const outcome = outcomes[objectId]
    if (outcome === undefined) return null
    const leadOutcome = async () => {
      if (outcome instanceof Error) throw outcome
      return outcome
    }
    return { leadOutcome } as unknown as AuctionRpc
  }
  const life = new ObjectLife(env.SUPPLIER_GATE, env.SUPPLIER_GATE.newUniqueId(), (state) => {
    return new SupplierGateObject(state, env, { now: () => clock.now, auction })
  })
  const admit = (overrides: Partial<AdmitLead> = {}) => life.run((gate) => gate.admit(request(overrides)))
  return { clock, asked, life, admit }
}

function request(overrides: Partial<AdmitLead> = {}): AdmitLead {
  return {
    campaignId: 'camp_1',
    requestKey: 'key:POST /api/v1/ingest:1',
    fingerprint: 'print-1',
    auctionId: 'auction-1',
    rememberMs: 30 * DAY,
    ...overrides,
  }
}

const cap = (overrides: Partial<Cap>): Cap => ({
  period: 'day',
  timeZone: 'UTC',
  count: null,
  amountMicros: null,
  ...overrides,
})
const capped = (...caps: readonly Cap[]) => gateConfiguration({ links: { camp_1: { caps, pingCaps: [] } } })

describe('a request key', () => {
  it('belongs to the auction that was minted with it, and to the same one when it comes again', async () => {
    const { admit } = newGate()
    expect(await admit()).toEqual({ kind: 'admitted', auctionId: 'auction-1' })
    expect(await admit({ auctionId: 'auction-2' })).toEqual({ kind: 'admitted', auctionId: 'auction-1' })
  })

  it('with another body is refused', async () => {
    const { admit } = newGate()
    await admit()
    expect(await admit({ fingerprint: 'print-2' })).toEqual({ kind: 'key_reused' })
    expect(await admit()).toEqual({ kind: 'admitted', auctionId: 'auction-1' })
  })

  it('is not the same as another key', async () => {
    const { admit } = newGate()
    await admit()
    expect(await admit({ requestKey: 'key:2', auctionId: 'auction-2' })).toEqual({
      kind: 'admitted',
      auctionId: 'auction-2',
    })
  })

  it('gives many that come at once one auction', async () => {
    const { admit } = newGate()
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) => admit({ auctionId: `auction-${index}` })),
    )
    expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1)
  })

  it('survives a restart', async () => {
    const { admit, life } = newGate()
    await admit()
    await life.crash()
    expect(await admit({ auctionId: 'auction-2' })).toEqual({ kind: 'admitted', auctionId: 'auction-1' })
    await life.crash()
    expect(await admit({ fingerprint: 'print-2' })).toEqual({ kind: 'key_reused' })
  })

  it('is recalled with its own body only', async () => {
    const { admit, life } = newGate()
    await admit()
    const recall = (key: string, print: string) => life.run((gate) => gate.recall(key, print))
    expect(await recall(String(request().requestKey), 'print-1')).toBe('auction-1')
    expect(await recall(String(request().requestKey), 'print-2')).toBeNull()
    expect(await recall('key:2', 'print-1')).toBeNull()
  })

  it('is free again once its time is over, to the millisecond', async () => {
    const { admit, clock } = newGate()
    await admit({ rememberMs: MINUTE })
    clock.now += MINUTE - 1
    expect(await admit({ rememberMs: MINUTE, fingerprint: 'print-2' })).toEqual({ kind: 'key_reused' })
    clock.now += 1
    const again = { rememberMs: MINUTE, fingerprint: 'print-2', auctionId: 'auction-2' }
    expect(await admit(again)).toEqual({ kind: 'admitted', auctionId: 'auction-2' })
    expect(await admit({ fingerprint: 'print-1' })).toEqual({ kind: 'key_reused' })
  })

  it('is swept away by the alarm once it is over, and no alarm is left where nothing is', async () => {
    const { admit, clock, life } = newGate()
    const rows = () =>
      life.run((_, { storage }) => storage.sql.exec('SELECT request_key FROM request_keys').toArray().length)
    await admit({ rememberMs: MINUTE })
    await admit({ requestKey: 'key:2', rememberMs: DAY })
    expect(await life.alarmAt()).toBeGreaterThan(clock.now)
    clock.now += 2 * MINUTE
    await life.ring()
    expect(await rows()).toBe(1)
    expect(await life.alarmAt()).toBeGreaterThan(clock.now)
    clock.now += DAY
    await life.ring()
    expect(await rows()).toBe(0)
    expect(await life.alarmAt()).toBeNull()
    await admit()
    expect(await life.alarmAt()).toBeGreaterThan(clock.now)
  })

  it('costs one row, and a lead without one none', async () => {
    const { admit, life } = newGate()
    await admit()
    const written = () =>
      life.run((_, { storage }) => storage.sql.exec<{ n: number }>('SELECT total_changes() AS n').one().n)
    const before = await written()
    await admit({ requestKey: 'key:2', auctionId: 'auction-2' })
    expect((await written()) - before).toBe(1)
    await admit({ requestKey: 'key:2' })
    expect(await admit({ requestKey: null, auctionId: 'auction-3' })).toEqual({
      kind: 'admitted',
      auctionId: 'auction-3',
    })
    expect((await written()) - before).toBe(1)
  })
})

describe('a supplier', () => {
  const configure = (life: ReturnType<typeof newGate>['life'], version: number, active: boolean) =>
    life.run((gate) => gate.configure(gateConfiguration({ version, active })))
  const refused = { kind: 'refused', reason: 'unauthorized' }

  it('that is not configured yet is let in: the edge has checked its key', async () => {
    expect(await newGate().admit()).toMatchObject({ kind: 'admitted' })
  })

  it('that is revoked is refused at once, also for a key that is known, and after a restart', async () => {
    const { admit, life } = newGate()
    await admit()
    await configure(life, 2, false)
    expect(await admit()).toEqual(refused)
    expect(await admit({ requestKey: null })).toEqual(refused)
    await life.crash()
    expect(await admit({ requestKey: 'key:2' })).toEqual(refused)
    await configure(life, 3, true)
    expect(await admit()).toEqual({ kind: 'admitted', auctionId: 'auction-1' })
  })

  it('keeps the newest configuration, in whatever order they arrive', async () => {
    const { admit, life } = newGate()
    await configure(life, 5, false)
    await configure(life, 4, true)
    expect(await admit()).toEqual(refused)
    await life.crash()
    await configure(life, 4, true)
    expect(await admit()).toEqual(refused)
  })
})

describe('a cap on leads', () => {
  it('lets in as many as it says, a place each, and the same lead again at no cost', async () => {
    const { admit, life } = newGate()
    await life.run((gate) => gate.configure(capped(cap({ count: 2 }))))
    const lead = (number: number) => admit({ requestKey: `key:${number}`, auctionId: `auction-${number}` })
    expect(await lead(1)).toMatchObject({ kind: 'admitted' })
    expect(await lead(1)).toMatchObject({ kind: 'admitted' })
    expect(await lead(2)).toMatchObject({ kind: 'admitted' })
    expect(await lead(3)).toEqual({ kind: 'refused', reason: 'capped' })
    await life.crash()
    expect(await lead(3)).toEqual({ kind: 'refused', reason: 'capped' })
    expect(await lead(2)).toMatchObject({ kind: 'admitted' })
  })

  it('is never passed by many that come at once', async () => {
    const { admit, life } = newGate()
    await life.run((gate) => gate.configure(capped(cap({ count: 7 }))))
    const results = await Promise.all(
      Array.from({ length: 40 }, (_, index) => admit({ requestKey: `key:${index}`, auctionId: `auction-${index}` })),
    )
    expect(results.filter(({ kind }) => kind === 'admitted')).toHaveLength(7)
  })

  it('has a place again for a lead that nobody bought, and for one that was turned away; not for one that was sold', async () => {
    const { admit, life } = newGate()
    await life.run((gate) => gate.configure(capped(cap({ count: 1 }))))
    const lead = (number: number) => admit({ requestKey: null, auctionId: `auction-${number}` })
    await lead(1)
    await life.run((gate) => gate.settle('auction-1', false, 0))
    expect(await lead(2)).toMatchObject({ kind: 'admitted' })
    await life.run((gate) => gate.cancel('auction-2'))
    expect(await lead(3)).toMatchObject({ kind: 'admitted' })
    for (let times = 0; times < 2; times++) await life.run((gate) => gate.settle('auction-3', true, money(5)))
    await life.run((gate) => gate.cancel('auction-3'))
    expect(await lead(4)).toEqual({ kind: 'refused', reason: 'capped' })
  })

  it('counts anew with the next period', async () => {
    const { admit, life, clock } = newGate()
    await life.run((gate) => gate.configure(capped(cap({ count: 1 }))))
    await admit({ requestKey: null, auctionId: 'auction-1' })
    expect(await admit({ requestKey: null, auctionId: 'auction-2' })).toMatchObject({ kind: 'refused' })
    clock.now += DAY
    expect(await admit({ requestKey: null, auctionId: 'auction-2' })).toMatchObject({ kind: 'admitted' })
  })

  it('asks about places that nobody gave back, and keeps those that are open or cannot be asked about', async () => {
    const { admit, life, clock, asked } = newGate({
      unsold: { status: 'unsold', payoutMicros: 0 },
      never_began: { status: 'absent', payoutMicros: 0 },
      open: { status: 'open', payoutMicros: 0 },
      sold: { status: 'sold', payoutMicros: money(5) },
      down: new Error('overloaded'),
    })
    await life.run((gate) => gate.configure(capped(cap({ count: 6 }))))
    for (const auctionId of ['down', 'unsold', 'never_began', 'open', 'sold', 'gone']) {
      expect(await admit({ requestKey: null, auctionId })).toMatchObject({ kind: 'admitted' })
    }
    clock.now += 20 * MINUTE
    await life.ring()
    expect(asked.toSorted()).toEqual(['down', 'gone', 'never_began', 'open', 'sold', 'unsold'])
    const results = await Promise.all(
      [1, 2, 3, 4].map((number) => admit({ requestKey: null, auctionId: `new-${number}` })),
    )
    expect(results.filter(({ kind }) => kind === 'admitted')).toHaveLength(3)
  })
})

describe('what is long past', () => {
  it('of too many places to ask about at once has its turn all the same', async () => {
    const many = Array.from({ length: 250 }, (_, index) => `a-${index}`)
    const open = { status: 'open', payoutMicros: 0 } as const
    const { admit, life, clock, asked } = newGate(Object.fromEntries(many.map((auctionId) => [auctionId, open])))
    await life.run((gate) => gate.configure(capped(cap({ count: 1_000 }))))
    for (const auctionId of [...many, 'z-last']) await admit({ requestKey: null, auctionId })
    clock.now += 20 * MINUTE
    for (let turn = 0; turn < 40 && !asked.includes('z-last'); turn++) await life.ring()
    expect(asked).toContain('z-last')
  })

  it('is one row for a cap in total, and counts there for good', async () => {
    const { admit, life, clock } = newGate({ old: { status: 'sold', payoutMicros: 0 } })
    await life.run((gate) => gate.configure(capped(cap({ period: 'total', count: 2 }))))
    await admit({ requestKey: null, auctionId: 'old' })
    await life.run((gate) => gate.settle('old', true, 0))
    clock.now += 100 * DAY
    await life.ring()
    const usage = await life.run((_, { storage }) => storage.sql.exec('SELECT slot, count FROM usage').toArray())
    expect(usage).toEqual([{ slot: 0, count: 1 }])
    await life.crash()
    expect(await admit({ requestKey: null, auctionId: 'new' })).toMatchObject({ kind: 'admitted' })
    expect(await admit({ requestKey: null, auctionId: 'newer' })).toEqual({ kind: 'refused', reason: 'capped' })
  })
})

describe('a cap on payouts', () => {
  it('holds each payout before the post, and takes back what was not sold', async () => {
    const { admit, life } = newGate()
    await life.run((gate) => gate.configure(capped(cap({ amountMicros: money(100) }))))
    const hold = (auctionId: string, amount: number) =>
      life.run((gate) => gate.holdPayout(auctionId, 'camp_1', money(amount)))
    for (const number of [1, 2, 3]) await admit({ requestKey: null, auctionId: `auction-${number}` })
    expect(await hold('auction-1', 60)).toBe(true)
    expect(await hold('auction-1', 60)).toBe(true)
    expect(await hold('auction-2', 50)).toBe(false)
    expect(await hold('auction-2', 40)).toBe(true)
    await life.run((gate) => gate.settle('auction-1', false, 0))
    expect(await hold('auction-3', 60)).toBe(true)
    await life.run((gate) => gate.settle('auction-2', true, money(40)))
    await life.run((gate) => gate.settle('auction-3', true, money(60)))
    expect(await admit({ requestKey: null, auctionId: 'auction-4' })).toEqual({ kind: 'refused', reason: 'capped' })
  })
})

describe('a credential that has ended', () => {
  it('lets nothing in from that moment on, whatever the edge believes', async () => {
    const { life, admit, clock } = newGate()
    await life.run((gate) => gate.configure(gateConfiguration({ ends: { key_1: START, key_2: START + MINUTE } })))
    expect(await admit({ credentials: ['key_1'] })).toEqual({ kind: 'refused', reason: 'revoked' })
    expect(await admit({ credentials: ['ld_client_1', 'key_1'] })).toEqual({ kind: 'refused', reason: 'revoked' })
    expect(await admit({ credentials: ['key_2'] })).toMatchObject({ kind: 'admitted' })
    expect(await admit({ credentials: ['key_3'] })).toMatchObject({ kind: 'admitted' })
    clock.now += MINUTE
    expect(await admit({ credentials: ['key_2'] })).toEqual({ kind: 'refused', reason: 'revoked' })
  })
})
