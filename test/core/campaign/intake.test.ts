import { describe, expect, it } from 'vitest'
import type { Campaign, SourceLink } from '../../../src/core/campaign/campaign'
import { type Intake, type IntakeInput, judgeIntake, whyNobody } from '../../../src/core/campaign/intake'
import type { FieldDefinition } from '../../../src/core/lead/fields'
import { openMinutes } from '../../../src/core/limits/schedule'
import { INTAKE_MESSAGES } from '../../../src/core/reasons'
import { aContender, START } from '../../support/auction-factories'

const field = (name: string, type: FieldDefinition['type'], requiredOn: 'ping' | 'post'): FieldDefinition => {
  return { name, type, required: true, requiredOn, values: null, pii: false }
}

const CAMPAIGN: Campaign = {
  id: 'camp_1',
  tenantId: 'live',
  version: 1,
  name: 'Auto insurance',
  vertical: 'auto_insurance',
  subVertical: null,
  status: 'active',
  type: 'ping_post',
  pingMode: 'eligibility',
  distribution: 'ping_post',
  currency: 'USD',
  floorMicros: 0,
  maxSells: 1,
  bidWindowMs: 2_000,
  postTimeoutMs: 2_000,
  deadlineMs: 5_000,
  fields: [field('state', 'state', 'ping'), field('phone', 'phone', 'post')],
  filters: [{ field: 'state', op: 'in', value: ['TX', 'FL', 'CA'] }],
  dedupe: null,
}

const LINK: SourceLink = {
  supplierId: 'sup_1',
  supplierName: 'Supplier',
  active: true,
  payout: { cost: { mode: 'fixed', amountMicros: 1 }, minPayoutMicros: null, maxPayoutMicros: null },
  testMode: false,
  capped: { leads: false, payouts: false, pings: false },
}

const LEAD = { state: 'tx', phone: '(512) 555-0100' }

function judge(overrides: Partial<IntakeInput> = {}): Intake {
  return judgeIntake({
    campaign: CAMPAIGN,
    link: LINK,
    contracts: [aContender('a')],
    input: LEAD,
    call: 'post',
    now: START,
    ...overrides,
  })
}

const paused = { ...CAMPAIGN, status: 'paused' } as const

describe('what a supplier is told first', () => {
  it('is that it is not linked, before anything about the campaign', () => {
    for (const link of [null, { ...LINK, active: false }]) {
      expect(judge({ link, campaign: paused, contracts: [], input: {} })).toEqual({ kind: 'unauthorized' })
    }
  })

  it('is then that the campaign is paused, though it also has no buyers', () => {
    expect(judge({ campaign: paused, contracts: [], input: {} })).toEqual({
      kind: 'refused',
      reason: 'inactive_campaign',
    })
  })

  it('is then that no active buyer is there, whatever was sent', () => {
    const inactive = aContender('a', { active: false })
    for (const contracts of [[], [inactive]]) {
      expect(judge({ contracts, input: { state: 'Texas' } })).toEqual({ kind: 'refused', reason: 'invalid_campaign' })
    }
  })

  it('is then what is wrong with the fields, before any filter', () => {
    const { errors } = judge({ input: { state: 'Texas' } }) as Extract<Intake, { kind: 'invalid' }>
    expect(errors.map(({ field: name, code }) => `${name} ${code}`)).toEqual([
      'state invalid_value',
      'phone missing_required',
    ])
  })

  it('is then which filters the lead does not meet', () => {
    expect(judge({ input: { ...LEAD, state: 'NY' } })).toEqual({
      kind: 'filtered',
      filterErrors: ['state must be one of: TX, FL, CA'],
    })
  })

  it('has the guide’s words for every reason', () => {
    expect(INTAKE_MESSAGES.filtered).toBe('Lead does not meet campaign filters')
    expect(Object.values(INTAKE_MESSAGES).every((message) => message.length > 0)).toBe(true)
  })
})

describe('a lead that may enter', () => {
  it('goes on with its values normalised and without what the campaign does not know', () => {
    const intake = judge({ input: { ...LEAD, ssn: '000-00-0000' } }) as Extract<Intake, { kind: 'eligible' }>
    expect({ ...intake.fields }).toEqual({ state: 'TX', phone: '5125550100' })
  })

  it('goes to the active buyers whose own filters it meets; the others are named with their reasons', () => {
    const only = (...states: string[]) => [{ field: 'state', op: 'in', value: states } as const]
    const contracts = [
      aContender('a', { filters: only('TX') }),
      aContender('b', { filters: only('FL', 'CA') }),
      aContender('c', { active: false }),
    ]
    const intake = judge({ contracts }) as Extract<Intake, { kind: 'eligible' }>
    expect(intake.contenders.map(({ id }) => id)).toEqual(['a'])
    expect(intake.refusals).toEqual([
      {
        contractId: 'b',
        buyerId: 'buy_b',
        buyerName: 'Buyer b',
        reason: 'filtered',
        detail: 'state must be one of: FL, CA',
      },
      { contractId: 'c', buyerId: 'buy_c', buyerName: 'Buyer c', reason: 'paused', detail: null },
    ])
  })
})

describe('a buyer with hours', () => {
  /** START is a Friday, 12:00 UTC. */
  const hours = (from: string, to: string) => ({ timeZone: 'UTC', open: openMinutes([{ days: ['fri'], from, to }]) })
  const contracts = [
    aContender('morning', { schedule: hours('08:00', '12:00') }),
    aContender('noon', { schedule: hours('12:00', '13:00') }),
    aContender('always'),
  ]

  it('takes leads within them; before and after it is named as out of schedule, on a ping as on a lead', () => {
    for (const call of ['ping', 'post'] as const) {
      const intake = judge({ contracts, call }) as Extract<Intake, { kind: 'eligible' }>
      expect(intake.contenders.map(({ id }) => id)).toEqual(['noon', 'always'])
      expect(intake.refusals).toMatchObject([{ contractId: 'morning', reason: 'out_of_schedule', detail: null }])
    }
    expect(judge({ contracts, now: START - 1 })).toMatchObject({ contenders: [{ id: 'morning' }, { id: 'always' }] })
  })

  it('that would not take the lead at any hour is named for its filters', () => {
    const filters = [{ field: 'state', op: 'eq', value: 'FL' } as const]
    const closed = aContender('a', { filters, schedule: hours('08:00', '09:00') })
    expect(judge({ contracts: [closed] })).toMatchObject({ contenders: [], refusals: [{ reason: 'filtered' }] })
  })

  it('is the reason that a ping is given where it alone would have taken the lead', () => {
    const refusalsOf = (all: IntakeInput['contracts']) => {
      return (judge({ contracts: all, call: 'ping' }) as Extract<Intake, { kind: 'eligible' }>).refusals
    }
    const elsewhere = aContender('b', { filters: [{ field: 'state', op: 'eq', value: 'FL' }] })
    const closed = aContender('a', { schedule: hours('08:00', '09:00') })
    expect(whyNobody(refusalsOf([closed, elsewhere]))).toBe('no buyer is open now')
    expect(whyNobody(refusalsOf([elsewhere]))).toBe('no active buyer takes a lead with these values')
  })
})

describe('a ping', () => {
  it('may leave out what only the post must carry', () => {
    expect(judge({ call: 'ping', input: { state: 'TX' } }).kind).toBe('eligible')
    expect(judge({ call: 'ping', input: {} }).kind).toBe('invalid')
  })

  it('passes over filters of campaign and buyers on fields that it did not send', () => {
    const campaign: Campaign = {
      ...CAMPAIGN,
      fields: [{ ...field('state', 'state', 'post') }, field('phone', 'phone', 'post')],
    }
    const contracts = [aContender('a', { filters: [{ field: 'phone', op: 'starts_with', value: '212' }] })]
    const intake = judge({ campaign, contracts, call: 'ping', input: {} })
    expect(intake).toMatchObject({ kind: 'eligible', contenders: [{ id: 'a' }] })
    expect(judge({ campaign, contracts, call: 'ping', input: { state: 'NY' } }).kind).toBe('filtered')
    expect(judge({ campaign, contracts, call: 'ping', input: { phone: '5125550100' } })).toMatchObject({
      refusals: [{ reason: 'filtered' }],
    })
  })

  it('is never promised what the same fields as a lead would be refused', () => {
    for (const state of ['TX', 'NY', 'Texas', '', null]) {
      const input = { state, phone: '5125550100' }
      const [ping, post] = [judge({ call: 'ping', input }), judge({ call: 'post', input })]
      expect(post.kind).toBe(ping.kind)
    }
  })
})
