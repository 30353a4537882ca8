import { monotonicFactory } from 'ulid'
import { describe, expect, test } from 'vitest'
import { campaignSettingsSchema } from '../../src/contracts/campaign'
import { withContractDefaults } from '../../src/contracts/contract-settings'
import type { Change } from '../../src/stores/change-set'
import { createTenantStores } from '../../src/stores/tenant-stores'
import { CAMPAIGN, CONTRACT, DB } from '../support/management'

const ulid = monotonicFactory()
const ACTOR = { role: 'operator', id: 'key_1', requestId: 'req_1' } as const
const BUYER = { name: 'Big', status: 'active' as const, caps: [], budget: null }
const change = (): Change => ({ id: `pub_${ulid()}`, at: new Date().toISOString(), by: ACTOR })
/** A tenant of its own, so that its log is only what the test did. */
const freshStores = () => createTenantStores(DB, `tenant_${ulid()}`)
const logOf = async (stores: ReturnType<typeof freshStores>) =>
  (await stores.auditLog.list({}, { limit: 50, after: null })).rows.toReversed()

describe('a change on record', () => {
  test('says who, when, and what the row was before and after', async () => {
    const stores = freshStores()
    const [made, updated] = [change(), change()]
    const { row } = await stores.buyers.create(`buy_${ulid()}`, BUYER, made)
    await stores.buyers.update(row, { ...BUYER, name: 'Bigger' }, updated)
    expect(await logOf(stores)).toMatchObject([
      {
        at: made.at,
        actorRole: 'operator',
        actorId: 'key_1',
        requestId: 'req_1',
        action: 'buyer.create',
        targetKind: 'buyer',
        targetId: row.id,
        before: null,
        after: { name: 'Big', settings: BUYER, version: 1 },
      },
      { action: 'buyer.update', before: { name: 'Big', version: 1 }, after: { name: 'Bigger', version: 2 } },
    ])
  })

  test('shows that there are secrets, and never what they are', async () => {
    const stores = freshStores()
    const buyer = await stores.buyers.create(`buy_${ulid()}`, BUYER, change())
    const campaign = await stores.campaigns.create(`camp_${ulid()}`, campaignSettingsSchema.parse(CAMPAIGN), change())
    const contract = {
      campaignId: campaign.row.id,
      buyerId: buyer.row.id,
      id: `con_${ulid()}`,
      settings: withContractDefaults(CONTRACT),
      sealedSecrets: 'sealed-with-the-master-key',
    }
    await stores.buyerContracts.put(contract, change())
    const key = {
      role: 'operator' as const,
      subjectId: null,
      prefix: 'ld_live_',
      lastFour: 'wxyz',
      scopes: [],
      expiresAt: null,
    }
    await stores.apiKeys.create({ ...key, id: `key_${ulid()}`, hash: 'hash-of-a-key' }, change())
    const log = await logOf(stores)
    expect(log.map(({ action }) => action)).toEqual([
      'buyer.create',
      'campaign.create',
      'buyer_contract.put',
      'api_key.create',
    ])
    expect(log[2]?.after).toMatchObject({ sealed_secrets: '***', buyer_id: buyer.row.id })
    expect(log[3]?.after).toMatchObject({ hash: '***', last_four: 'wxyz' })
    expect(JSON.stringify(log)).not.toMatch(/sealed-with|hash-of/)
  })

  test('is not there where the change came too late, and nothing was written', async () => {
    const stores = freshStores()
    const { row } = await stores.buyers.create(`buy_${ulid()}`, BUYER, change())
    await stores.buyers.update(row, { ...BUYER, name: 'first' }, change())
    expect(await stores.buyers.update(row, { ...BUYER, name: 'late' }, change())).toBeNull()
    expect((await logOf(stores)).map(({ action }) => action)).toEqual(['buyer.create', 'buyer.update'])
  })

  test('is undone with the change', async () => {
    const stores = freshStores()
    const taken = change()
    const id = `buy_${ulid()}`
    await DB.prepare("INSERT INTO publishes (id, tenant_id, kind, subject_id) VALUES (?, 'live', 'buyer', ?)")
      .bind(`${taken.id}.${id}`, id)
      .run()
    await expect(stores.buyers.create(id, BUYER, taken)).rejects.toThrow()
    expect(await logOf(stores)).toEqual([])
  })

  test('keeps what a removed row was', async () => {
    const stores = freshStores()
    const key = { campaignId: `camp_${ulid()}`, buyerId: `buy_${ulid()}` }
    const settings = withContractDefaults(CONTRACT)
    await stores.buyerContracts.put({ ...key, id: `con_${ulid()}`, settings, sealedSecrets: null }, change())
    await stores.buyerContracts.remove(key, change())
    const [, removed] = await logOf(stores)
    expect(removed).toMatchObject({ action: 'buyer_contract.remove', after: null })
    expect(removed?.before).toMatchObject({ buyer_id: key.buyerId })
  })
})

describe('the log', () => {
  test('is found by action, by what it is about and by who did it, also where it is about several', async () => {
    const stores = freshStores()
    const at = new Date().toISOString()
    const record = (action: string, targetId: string | null, ids?: readonly string[]) =>
      stores.auditLog.record(
        { id: `aud_${ulid()}`, at, by: { ...ACTOR, id: `key_of_${action}` } },
        { action, targetKind: 'lead', targetId, ...(ids && { details: { ids } }) },
      )
    await record('lead.read', 'ld_1')
    await record('lead.list', null, ['ld_1', 'ld_2'])
    await record('leadership.vote', 'ld_3')
    const found = async (filter: object) =>
      (await stores.auditLog.list(filter, { limit: 50, after: null })).rows.map(({ action }) => action).toSorted()
    expect(await found({ targetId: 'ld_1' })).toEqual(['lead.list', 'lead.read'])
    expect(await found({ targetId: 'ld_2' })).toEqual(['lead.list'])
    expect(await found({ action: 'lead' })).toEqual(['lead.list', 'lead.read'])
    expect(await found({ action: 'lead.read' })).toEqual(['lead.read'])
    expect(await found({ actorId: 'key_of_lead.list' })).toEqual(['lead.list'])
    expect(await found({ before: at })).toEqual([])
  })

  test("is one tenant's own", async () => {
    const stores = freshStores()
    await stores.buyers.create(`buy_${ulid()}`, BUYER, change())
    expect(await logOf(freshStores())).toEqual([])
  })
})
