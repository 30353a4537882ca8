import { describe, expect, test } from 'vitest'
import { type CampaignSettings, campaignSettingsSchema } from '../../src/contracts/campaign'
import { type BuyerContractSettings, withContractDefaults } from '../../src/contracts/contract-settings'
import { sourceLinkSettingsSchema } from '../../src/contracts/source-link'
import { compileCampaign } from '../../src/snapshots/compile'
import type { CampaignConfiguration } from '../../src/stores/configuration-store'
import { contractCompiler } from '../../workers/contract-compiler'
import { CAMPAIGN, CONTRACT, REVENUE_SHARE } from '../support/management'

const AT = '2026-11-20T10:00:00.000Z'
const row = { tenantId: 'live', version: 1, createdAt: AT, updatedAt: AT, archivedAt: null }

function campaignRow(settings: object, overrides: object = {}): CampaignConfiguration['campaign'] {
  const full: CampaignSettings = campaignSettingsSchema.parse({ ...CAMPAIGN, ...settings })
  const { name, vertical, sub_vertical: subVertical, status } = full
  return { ...row, id: 'camp_1', name, vertical, subVertical, status, settings: full, ...overrides }
}

function linkRows(
  settings: object,
  supplier: object = {},
  specsNonce: string | null = null,
): CampaignConfiguration['links'][number] {
  const parsed = sourceLinkSettingsSchema.parse({ ...REVENUE_SHARE, ...settings })
  const acme = { name: 'Acme', status: 'active' as const }
  return {
    link: { ...row, campaignId: 'camp_1', supplierId: 'sup_1', settings: parsed, specsNonce },
    supplier: { ...row, id: 'sup_1', ...acme, settings: acme, ...supplier },
  }
}

function contractRows(settings: object, buyer: object = {}): CampaignConfiguration['contracts'][number] {
  const full: BuyerContractSettings = withContractDefaults({ ...CONTRACT, ...settings })
  const big = { name: 'Big', status: 'active' as const }
  return {
    contract: { ...row, id: 'con_1', campaignId: 'camp_1', buyerId: 'buy_1', settings: full, sealedSecrets: 'v1.x.y' },
    buyer: { ...row, id: 'buy_1', ...big, settings: { ...big, caps: [], budget: null }, ...buyer },
  }
}

const compile = (parts: Partial<CampaignConfiguration>) =>
  compileCampaign({ campaign: campaignRow({}), currency: 'USD', links: [], contracts: [], ...parts }, contractCompiler)
const fieldNamed = (settings: object, name: string, contracts: CampaignConfiguration['contracts'] = []) =>
  compile({ campaign: campaignRow(settings), contracts }).campaign.fields.find((field) => field.name === name)

describe('terms', () => {
  test("money is whole micros, times are milliseconds, and the currency is the tenant's", () => {
    const campaign = campaignRow({ floor_price: 12.345678, dedupe: { fields: ['phone'], days: 30 } }, { version: 7 })
    expect(compile({ campaign, currency: 'EUR' }).campaign).toMatchObject({
      id: 'camp_1',
      tenantId: 'live',
      version: 7,
      currency: 'EUR',
      floorMicros: 12_345_678,
      maxSells: 1,
      bidWindowMs: 2000,
      postTimeoutMs: 2000,
      deadlineMs: 5000,
      pingMode: 'eligibility',
      subVertical: null,
      dedupe: { fields: ['phone'], days: 30 },
    })
  })

  test('a link pays a share or an amount, between its clamps', () => {
    const share = linkRows({ cost_percent: 12.3456, min_payout: 1, max_payout: 2.5 })
    expect(compile({ links: [share] }).links.sup_1?.payout).toEqual({
      cost: { mode: 'revenue_share', share: 123_456 },
      minPayoutMicros: 1_000_000,
      maxPayoutMicros: 2_500_000,
    })
    const fixed = linkRows({ cost_mode: 'fixed', cost_amount: 9.99 })
    expect(compile({ links: [fixed] }).links.sup_1?.payout.cost).toEqual({ mode: 'fixed', amountMicros: 9_990_000 })
  })

  test.each<[string, object, object, boolean]>([
    ['both are active', {}, {}, true],
    ['its own status is paused', { status: 'paused' }, {}, false],
    ['the other end is paused', {}, { status: 'paused' }, false],
    ['the other end is archived', {}, { archivedAt: AT }, false],
  ])('a link and a contract are in force as long as both ends are: %s', (_, settings, end, active) => {
    const { links, contracts } = compile({ links: [linkRows(settings, end)], contracts: [contractRows(settings, end)] })
    expect([links.sup_1?.active, contracts[0]?.terms.active]).toEqual([active, active])
  })

  test("a time that the contract does not set is the campaign's", () => {
    const campaign = campaignRow({ bid_window_ms: 900, post_timeout_ms: 1700 })
    const ping = { request: { url: 'https://buyer.example/ping' } }
    const unset = compile({ campaign, contracts: [contractRows({ ping })] }).contracts[0]?.terms
    expect(unset).toMatchObject({ pings: true, pingTimeoutMs: 900, postTimeoutMs: 1700 })
    const timed = contractRows({
      ping: { request: { url: 'https://buyer.example/ping', timeout_ms: 300 } },
      post: { request: { url: 'https://buyer.example/leads', timeout_ms: 3_000 } },
    })
    const set = compile({ campaign, contracts: [timed] }).contracts[0]?.terms
    expect(set).toMatchObject({ pingTimeoutMs: 300, postTimeoutMs: 3_000 })
  })

  test('the hours of a contract are minutes of the week on the wall; without any it is left out', () => {
    const windows = [{ days: ['mon', 'sun'], from: '22:00', to: '02:00' }]
    const hours = contractRows({ schedule: { timezone: 'America/New_York', windows } })
    expect(compile({ contracts: [hours] }).contracts[0]?.terms.schedule).toEqual({
      timeZone: 'America/New_York',
      open: [
        [0, 120],
        [1320, 1560],
        [9960, 10080],
      ],
    })
    expect(compile({ contracts: [contractRows({})] }).contracts[0]?.terms).not.toHaveProperty('schedule')
  })

  test('a buyer without a ping takes part with its price', () => {
    expect(compile({ contracts: [contractRows({})] }).contracts[0]).toMatchObject({
      terms: { pings: false, priceMicros: 40_000_000, bidValidMs: 300_000, minBidMicros: null },
      sealedSecrets: 'v1.x.y',
    })
  })

  test('the same rows give the same text, in whatever order fields are named', () => {
    const filters = ['zip', 'age', 'state'].map((field) => ({ field, op: 'exists' as const }))
    const once = compile({ campaign: campaignRow({}), contracts: [contractRows({ filters })] })
    const again = compile({ campaign: campaignRow({}), contracts: [contractRows({ filters: [...filters] })] })
    expect(JSON.stringify(once)).toBe(JSON.stringify(again))
  })
})

describe('an inquiry', () => {
  const accepted = [{ path: 'state', op: 'eq', value: 'sold' }]
  const asking = { request: { url: 'https://b.example/status?city={{town}}' }, answer: { accepted } }

  test('stays out of what auctions take along, while the fields that it reads are known', () => {
    const contracts = [contractRows({ inquiry: asking })]
    expect(JSON.stringify(compile({ contracts }).contracts)).not.toContain('b.example/status')
    expect(fieldNamed({}, 'town', contracts)).toBeDefined()
    expect(fieldNamed({}, 'idempotency_key', contracts)).toBeUndefined()
  })
})

describe('specs pages', () => {
  test('are left out while there is none', () => {
    expect(compile({ links: [linkRows({})] })).not.toHaveProperty('specs')
  })

  test("tell of the campaign's own fields, never of those that only a buyer names", () => {
    const contracts = [contractRows({ filters: [{ field: 'secret_score', op: 'gte', value: 1 }] })]
    const campaign = campaignRow({
      fields: [{ name: 'age', type: 'number' }],
      filters: [{ field: 'state', op: 'eq', value: 'TX' }],
      dedupe: { fields: ['device_id'], days: 1 },
    })
    const snapshot = compile({ campaign, contracts, links: [linkRows({}, {}, 'nonce-1')] })
    expect(snapshot.campaign.fields.map(({ name }) => name)).toContain('secret_score')
    expect(snapshot.specs).toEqual({
      fields: ['age', 'first_name', 'last_name', 'phone', 'email', 'state', 'device_id'],
      nonces: { sup_1: 'nonce-1' },
    })
  })
})

describe('fields', () => {
  test('without a declaration the four contact fields are required on the post', () => {
    expect(compile({}).campaign.fields).toEqual([
      { name: 'first_name', type: 'string', required: true, requiredOn: 'post', values: null, pii: true },
      { name: 'last_name', type: 'string', required: true, requiredOn: 'post', values: null, pii: true },
      { name: 'phone', type: 'phone', required: true, requiredOn: 'post', values: null, pii: true },
      { name: 'email', type: 'email', required: true, requiredOn: 'post', values: null, pii: true },
    ])
  })

  test('with a declaration the contact fields stay known, and none is required that is not declared', () => {
    const fields = [{ name: 'phone', type: 'phone', required: true, required_on: 'ping' }]
    const compiled = compile({ campaign: campaignRow({ fields }) }).campaign.fields
    expect(compiled.map(({ name, required }) => [name, required])).toEqual([
      ['phone', true],
      ['first_name', false],
      ['last_name', false],
      ['email', false],
    ])
    expect(compiled[0]?.requiredOn).toBe('ping')
  })

  test.each([
    ['first_name', 'string', undefined, true],
    ['name', 'string', undefined, true],
    ['address', 'string', undefined, true],
    ['street', 'string', undefined, true],
    ['ip_address', 'string', undefined, true],
    ['dob', 'date', undefined, true],
    ['date_of_birth', 'string', undefined, true],
    ['work_email', 'email', undefined, true],
    ['mobile', 'phone', undefined, true],
    ['phone', 'string', undefined, true],
    ['phone', 'phone', false, false],
    ['state', 'state', undefined, false],
    ['state', 'state', true, true],
    ['city', 'string', undefined, false],
  ])('%s of type %s with pii %s is personal: %s', (name, type, pii, personal) => {
    expect(fieldNamed({ fields: [{ name, type, ...(pii === undefined ? {} : { pii }) }] }, name)?.pii).toBe(personal)
  })

  test.each([
    ['state', 'state', false],
    ['zip', 'zip', false],
    ['dob', 'date', true],
    ['trustedform_cert_url', 'url', false],
    ['anything', 'string', false],
    ['ip_address', 'string', true],
  ])('%s is known where only a filter names it, as %s', (name, type, pii) => {
    const expected = { name, type, required: false, requiredOn: 'post', values: null, pii }
    const filters = [{ field: name, op: 'exists' }]
    expect(fieldNamed({ filters }, name)).toEqual(expected)
    expect(fieldNamed({}, name, [contractRows({ filters })])).toEqual(expected)
    expect(fieldNamed({ dedupe: { fields: [name], days: 1 } }, name)).toEqual(expected)
  })

  test('what templates read is known, what we provide ourselves is not a field', () => {
    const template = {
      z: '{{zip | slice: 0, 3}}',
      a: '{{auction_id}}',
      b: '{{bid_token}}',
      p: '{{ping.ref}}',
      x: '{{odd}}',
    }
    const contract = contractRows({
      ping: { request: { url: 'https://buyer.example/{{region}}', template: { s: '{{state}}' } } },
      post: { request: { url: 'https://buyer.example/leads', template, headers: { 'x-make': '{{car_make}}' } } },
    })
    const names = compile({ contracts: [contract] }).campaign.fields.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['zip', 'state', 'odd', 'car_make', 'region']))
    for (const ours of ['auction_id', 'bid_token', 'ping', 'ref']) expect(names).not.toContain(ours)
  })

  test('what is declared stands as it is declared, whoever else names it', () => {
    const fields = [{ name: 'state', type: 'string', required: true, required_on: 'ping' }]
    const filters = [{ field: 'state', op: 'exists' }]
    expect(fieldNamed({ fields, filters }, 'state')).toMatchObject({ type: 'string', required: true })
  })

  test('text with a list of values is an enum', () => {
    const fields = [{ name: 'coverage', type: 'string', values: ['Full', 'Minimum'] }]
    expect(fieldNamed({ fields }, 'coverage')).toMatchObject({ type: 'enum', values: ['Full', 'Minimum'] })
  })
})
