import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { DeadLetterStore } from '../../src/stores/dead-letter-store'
import { emptyDeadLetters, openErasures } from '../../src/stores/erasure-store'
import { applyLeadProjections } from '../../src/stores/projector-store'
import { fresh, pendingLead, soldLead } from '../support/projections'
import { ERASED, iso, NOW, TestTenant } from './support'

describe('erasing a person', () => {
  it('erases every lead with the contact, in its auction and the database, and leaves the others and the money', async () => {
    const tenant = new TestTenant()
    const [one, two, other] = await tenant.store(
      { contactKeys: ['phone-1', 'email-1'] },
      { contactKeys: ['phone-1', 'email-2'] },
      { contactKeys: ['phone-3', 'email-1'] },
    )
    for (const lead of [one, other]) await tenant.noteOn(lead?.leadId ?? '')
    const id = await tenant.requestErasure('phone-1')
    expect(await tenant.eraser.run(tenant.id, id)).toMatchObject({
      id,
      completedAt: iso(NOW),
      leads: 2,
      auctions: 2,
      deadLetters: 0,
    })
    const leads = await tenant.leads()
    expect(leads.slice(0, 2)).toEqual([expect.objectContaining(ERASED), expect.objectContaining(ERASED)])
    expect(leads[0]).toMatchObject({ status: 'sold', revenue_micros: 120_000_000 })
    expect(leads[2]).toMatchObject({ sealed_key: 'v1.key', details_key: 'v1.details-key' })
    expect(await tenant.contacts()).toEqual([
      { contact_key: 'email-1', lead_id: other?.leadId },
      { contact_key: 'phone-3', lead_id: other?.leadId },
    ])
    expect(tenant.told.toSorted()).toEqual([`all ${one?.auctionId}`, `all ${two?.auctionId}`])
    expect(await tenant.noteKeys()).toEqual([null, 'v1.note-key'])
    expect(await tenant.rows('SELECT 1 FROM ledger WHERE tenant_id = ?1')).toHaveLength(3)
  })

  it('goes on where it was interrupted, counts each lead once, and is over once', async () => {
    const tenant = new TestTenant()
    await tenant.store({ contactKeys: ['phone-1'] })
    const id = await tenant.requestErasure('phone-1')
    tenant.failure = new Error('no answer')
    await expect(tenant.eraser.run(tenant.id, id)).rejects.toThrow('no answer')
    expect((await tenant.leads())[0]).toMatchObject({ sealed_key: 'v1.key' })
    expect((await openErasures(env.DB, 100)).map((row) => row.id)).toContain(id)
    tenant.failure = null
    expect(await tenant.eraser.run(tenant.id, id)).toMatchObject({ leads: 1, auctions: 1 })
    expect(await tenant.eraser.run(tenant.id, id)).toMatchObject({ leads: 1, auctions: 1 })
    expect(tenant.told).toHaveLength(1)
    expect((await openErasures(env.DB, 100)).map((row) => row.id)).not.toContain(id)
  })

  it('goes through as many leads as there are, some a run', async () => {
    const tenant = new TestTenant()
    await tenant.store(...Array.from({ length: 230 }, () => ({ contactKeys: ['phone-1'] })))
    const id = await tenant.requestErasure('phone-1')
    expect(await tenant.eraser.run(tenant.id, id)).toMatchObject({ leads: 200, completedAt: null })
    expect(await tenant.eraser.run(tenant.id, id)).toMatchObject({ leads: 230, completedAt: iso(NOW) })
  })

  it('is of one tenant: neither its receipt nor its effect reaches another', async () => {
    const [tenant, other] = [new TestTenant(), new TestTenant()]
    await other.store({ contactKeys: ['phone-1'] })
    const id = await tenant.requestErasure('phone-1')
    expect(await tenant.eraser.run(tenant.id, id)).toMatchObject({ leads: 0 })
    expect((await other.leads())[0]).toMatchObject({ sealed_key: 'v1.key' })
    expect(await other.stores.erasures.read(id)).toBeNull()
    const late = soldLead({ tenantId: other.id, contactKeys: ['phone-1'] })
    expect(await applyLeadProjections(env.DB, [late])).toMatchObject({ unwanted: [] })
  })
})

describe('after an erasure', () => {
  it('a message that was on its way is stored without its data, and its auction is named until it was told', async () => {
    const tenant = new TestTenant()
    const late = soldLead({ tenantId: tenant.id, contactKeys: ['phone-1', 'email-1'] })
    await tenant.eraser.run(tenant.id, await tenant.requestErasure('email-1'))
    for (let times = 0; times < 2; times++) {
      const unwanted = [{ auctionId: late.auctionId, tenantId: tenant.id }]
      expect(await applyLeadProjections(env.DB, [late])).toMatchObject({ unwanted })
    }
    expect(await tenant.leads()).toEqual([expect.objectContaining({ ...ERASED, status: 'sold' })])
    expect(await tenant.contacts()).toEqual([])
    expect(await tenant.rows('SELECT 1 FROM ledger WHERE tenant_id = ?1')).toHaveLength(1)
  })

  it('a later message of an erased lead brings nothing back', async () => {
    const tenant = new TestTenant()
    const pending = pendingLead({ tenantId: tenant.id, contactKeys: ['phone-1'] })
    await applyLeadProjections(env.DB, [pending])
    await tenant.eraser.run(tenant.id, await tenant.requestErasure('phone-1'))
    await applyLeadProjections(env.DB, [{ ...pending, sequence: 2, status: 'sold' }])
    expect(await tenant.leads()).toEqual([expect.objectContaining({ ...ERASED, status: 'sold' })])
    expect(await tenant.contacts()).toEqual([])
  })

  it('a lead that the person sends anew is a new one', async () => {
    const tenant = new TestTenant()
    await tenant.eraser.run(tenant.id, await tenant.requestErasure('phone-1', '2026-11-19T00:00:00.000Z'))
    await tenant.store({ contactKeys: ['phone-1'] })
    expect((await tenant.leads())[0]).toMatchObject({ sealed_key: 'v1.key' })
  })

  it('messages that a queue gave up on are emptied, before and after', async () => {
    const tenant = new TestTenant()
    const letters = new DeadLetterStore(env.DB)
    const letter = (contactKey: string) => ({
      id: fresh('letter'),
      queue: 'gavel-projection',
      body: soldLead({ tenantId: tenant.id, contactKeys: [contactKey] }),
      attempts: 10,
      failedAt: iso(NOW),
    })
    await letters.add([letter('phone-1'), letter('phone-2')])
    const receipt = await tenant.eraser.run(tenant.id, await tenant.requestErasure('phone-1'))
    expect(receipt).toMatchObject({ deadLetters: 1 })
    await letters.add([letter('phone-1')])
    expect(await emptyDeadLetters(env.DB)).toBe(1)
    expect(await emptyDeadLetters(env.DB)).toBe(0)
    const bodies = await tenant.rows<{ body: string }>("SELECT body FROM dead_letters WHERE body ->> 'tenantId' = ?1")
    expect(bodies.filter(({ body }) => body.includes('v1.key'))).toHaveLength(1)
  })
})
