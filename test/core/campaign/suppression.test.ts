import { describe, expect, it } from 'vitest'
import type { Campaign, ContractTerms } from '../../../src/core/campaign/campaign'
import type { Intake } from '../../../src/core/campaign/intake'
import { contactsOf, listsThatMatter, withoutSuppressed } from '../../../src/core/campaign/suppression'
import type { FieldDefinition, FieldType } from '../../../src/core/lead/fields'
import { aContender } from '../../support/auction-factories'

const aCampaign = (suppressionListIds?: readonly string[]) =>
  ({ id: 'camp_1', ...(suppressionListIds === undefined ? {} : { suppressionListIds }) }) as Campaign
const contract = (id: string, ...suppressionListIds: readonly string[]): ContractTerms =>
  aContender(id, suppressionListIds.length === 0 ? {} : { suppressionListIds })
const eligible = (...contenders: readonly ContractTerms[]): Extract<Intake, { kind: 'eligible' }> => ({
  kind: 'eligible',
  fields: {},
  contenders,
  refusals: [{ contractId: 'z', buyerId: 'buy_z', buyerName: 'Buyer z', reason: 'paused', detail: null }],
})

describe('the lists that matter', () => {
  it("are the campaign's and those of the buyers that are in, each once", () => {
    expect(listsThatMatter(aCampaign(['a']), [contract('x', 'b', 'a'), contract('y', 'b'), contract('z')])).toEqual([
      'a',
      'b',
    ])
  })

  it('are none for a campaign without any', () => {
    expect(listsThatMatter(aCampaign(), [contract('x'), contract('y')])).toEqual([])
  })
})

describe('the contacts of a lead', () => {
  const field = (name: string, type: FieldType): FieldDefinition => {
    return { name, type, required: false, requiredOn: 'post', values: null, pii: true }
  }

  it('are its phones and emails, whatever the campaign calls them', () => {
    const fields = [
      field('phone', 'string'),
      field('mobile', 'phone'),
      field('email', 'email'),
      field('state', 'state'),
    ]
    expect(
      contactsOf(fields, { phone: '5125550100', mobile: '+442079460958', email: 'a@b.example', state: 'TX' }),
    ).toEqual([
      { type: 'phone', text: '5125550100' },
      { type: 'phone', text: '+442079460958' },
      { type: 'email', text: 'a@b.example' },
    ])
  })

  it('are none where a ping carries none', () => {
    expect(contactsOf([field('phone', 'phone'), field('email', 'email')], { state: 'TX' })).toEqual([])
  })
})

describe('a lead', () => {
  it('on no list goes its way unchanged', () => {
    const intake = eligible(contract('x', 'a'))
    expect(withoutSuppressed(aCampaign(['b']), intake, new Set())).toBe(intake)
  })

  it('on a list of the campaign is suppressed, whoever would take it', () => {
    expect(withoutSuppressed(aCampaign(['a', 'b']), eligible(contract('x')), new Set(['b']))).toBe('suppressed')
  })

  it('on a list of one buyer goes to the others, and the auction says why that buyer had no part', () => {
    const left = withoutSuppressed(aCampaign(), eligible(contract('x', 'a', 'b'), contract('y', 'c')), new Set(['b']))
    expect(left).toMatchObject({
      kind: 'eligible',
      contenders: [{ id: 'y' }],
      refusals: [
        { contractId: 'z', reason: 'paused' },
        { contractId: 'x', buyerId: 'buy_x', reason: 'suppressed', detail: 'on suppression list b' },
      ],
    })
  })

  it('on a list of every buyer is suppressed', () => {
    const intake = eligible(contract('x', 'a'), contract('y', 'b'))
    expect(withoutSuppressed(aCampaign(), intake, new Set(['a', 'b']))).toBe('suppressed')
  })

  it('that no buyer takes anyway is not suppressed', () => {
    expect(withoutSuppressed(aCampaign(), eligible(), new Set(['a']))).toMatchObject({ contenders: [] })
  })
})
