import { describe, expect, it } from 'vitest'
import { leadFor, PlayedAuction } from '../support/played-auction'
import { TestBuyer } from '../support/test-buyer'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

describe('what the database refuses', () => {
  it('is told no more by itself once the queue gave it up for a day, and again when a person has it sent', async () => {
    const auction = new PlayedAuction()
    const lead = leadFor([new TestBuyer('a', { ping: 'bid/120' })])
    await auction.submit(lead)
    await auction.projected.atLeast(1)
    const begun = auction.now()
    const die = () => auction.run((object) => object.tellingDied(1))
    for (let alarms = 0; (await auction.alarmInMs()) !== null; alarms++) {
      expect(alarms).toBeLessThan(30)
      await die()
      if ((await auction.alarmInMs()) !== null) await auction.ring()
    }
    expect(auction.now() - begun).toBeGreaterThan(20 * 60 * MINUTE)
    expect(auction.now() - begun).toBeLessThan(DAY)
    const told = auction.projected.all.length
    expect(told).toBeLessThan(30)
    // Not even a restart, or another look at it, tells it once more; and nothing is forgotten.
    await auction.crash()
    await auction.run((object) => object.alarm())
    auction.advance(40 * DAY)
    await auction.run((object) => object.alarm())
    expect(auction.projected.all).toHaveLength(told)

    await auction.run((object) => object.tellAgain('another tenant'))
    expect(auction.projected.all).toHaveLength(told)
    await auction.run((object) => object.tellAgain(lead.terms.tenantId))
    expect(auction.projected.all).toHaveLength(told + 1)
    expect(auction.projected.all.at(-1)).toMatchObject({ sequence: 1, status: 'sold' })
    await auction.ring()
    expect(auction.projected.all.length).toBeGreaterThan(told + 1)
    await auction.acknowledge(1)
    await die()
    expect(await auction.alarmInMs()).not.toBeNull()
  })
})
