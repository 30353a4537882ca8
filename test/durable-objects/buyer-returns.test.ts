import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { SaleReturn } from '../../src/contracts/sale-return'
import { applyLeadProjections } from '../../src/stores/projector-store'
import { type NewReturn, ReturnStore } from '../../src/stores/return-store'
import worker from '../../workers/index'
import { fresh, soldLead } from '../support/projections'
import { accountConfiguration, money } from '../support/submit-lead'
import { newAccount, START } from './support/account-life'

const DAY = 24 * 60 * 60_000
const DAILY = { period: 'day', timeZone: 'UTC', count: 1, amountMicros: null, contractId: null } as const
const CAPPED = accountConfiguration({ caps: [DAILY] })

/** An account that has sold once, for 40.00. */
async function sold(configuration = CAPPED) {
  const account = newAccount()
  const { life, reserve, commit } = account
  await life.run((object) => object.configure(configuration))
  await reserve()
  await commit()
  const takeBack = (overrides: Partial<SaleReturn> = {}) =>
    life.run((object) =>
      object.takeBack({
        ...{ returnId: 'ret_1', auctionId: 'auction-1', contractId: 'con_a' },
        ...{ priceMicros: money(40), soldAt: START, restoreCaps: true },
        ...overrides,
      }),
    )
  const credit = (units: number) =>
    life.run((object) =>
      object.credit({
        id: fresh('crd'),
        key: null,
        reference: null,
        fingerprint: '',
        amountMicros: money(units),
        note: null,
      }),
    )
  const balance = () => life.run(async (object) => (await object.balance()).balanceMicros)
  const next = (at = START) => reserve({ auctionId: fresh('auction'), at })
  return { ...account, takeBack, credit, balance, next }
}

describe('a sale that is taken back', () => {
  it('frees its place in the cap once, though it is told twice and over a restart', async () => {
    const { takeBack, next, life } = await sold()
    expect(await next()).toMatchObject({ granted: false, reason: 'capped' })
    await takeBack()
    await life.crash()
    await takeBack()
    expect(await next()).toEqual({ granted: true })
    expect(await next()).toMatchObject({ granted: false })
  })

  it('frees it in the period of its sale, and leaves it where caps are not restored', async () => {
    const late = await sold()
    await late.next(START + DAY)
    await late.takeBack({ soldAt: START + DAY })
    // The hold knows better than who tells of it: it was sold the day before.
    expect(await late.next(START + DAY)).toMatchObject({ granted: false })
    const kept = await sold()
    await kept.takeBack({ restoreCaps: false })
    expect(await kept.next()).toMatchObject({ granted: false })
  })

  it.each([true, false])('gives a balance its price back once, restoring caps: %s', async (restoreCaps) => {
    const { takeBack, credit, balance, reserve, clock } = await sold(accountConfiguration({ caps: [] }))
    await credit(100)
    clock.now += 1_000
    await reserve({ auctionId: 'auction-2', at: clock.now })
    expect(await balance()).toBe(money(60))
    for (let told = 0; told < 3; told++) await takeBack({ auctionId: 'auction-2', returnId: 'ret_2', restoreCaps })
    expect(await balance()).toBe(money(100))
  })

  it.each([true, false])(
    'gives nothing to a balance that did not pay for it, restoring caps: %s',
    async (restoreCaps) => {
      const { takeBack, credit, balance, clock } = await sold(accountConfiguration({ caps: [] }))
      clock.now += 1_000
      await credit(100)
      await takeBack({ restoreCaps })
      expect(await balance()).toBe(money(100))
    },
  )

  it('makes nobody prepaid', async () => {
    const { takeBack, life } = await sold()
    await takeBack({ restoreCaps: false })
    expect(await life.run((object) => object.balance())).toMatchObject({ prepaid: false, credits: [] })
  })
})

describe('an approval that the account did not hear of', () => {
  it('is told by the cron', async () => {
    const tenantId = fresh('tenant')
    const lead = soldLead({ tenantId })
    await applyLeadProjections(env.DB, [lead])
    const returns = new ReturnStore(env.DB, tenantId)
    const at = new Date().toISOString()
    const row: NewReturn = {
      ...{
        id: fresh('ret'),
        auctionId: lead.auctionId,
        leadId: lead.leadId,
        campaignId: 'camp_1',
        supplierId: 'sup_1',
      },
      ...{ contractId: 'con_a', buyerId: fresh('buy'), currency: 'USD', revenueMicros: 1, payoutMicros: 1, soldAt: at },
      ...({ status: 'approved', reason: 'other', test: false, sealedNote: null, sealedNoteKey: null } as const),
      ...({
        requestedBy: 'operator',
        requestedAt: at,
        decidedBy: 'operator',
        decidedAt: at,
        restoreCaps: false,
      } as const),
    }
    await returns.add(row, { at, alongside: [] })
    expect((await returns.read(row.id))?.accountToldAt).toBeNull()
    await worker.scheduled({ scheduledTime: Date.now(), cron: '* * * * *', noRetry: () => {} }, env)
    expect((await returns.read(row.id))?.accountToldAt).not.toBeNull()
  })
})
