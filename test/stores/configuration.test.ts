import { ulid } from 'ulid'
import { describe, expect, test } from 'vitest'
import { campaignSettingsSchema } from '../../src/contracts/campaign'
import { withContractDefaults } from '../../src/contracts/contract-settings'
import { sourceLinkSettingsSchema } from '../../src/contracts/source-link'
import type { Change } from '../../src/stores/change-set'
import { createTenantStores } from '../../src/stores/tenant-stores'
import { CAMPAIGN, CONTRACT, DB, REVENUE_SHARE, waiting } from '../support/management'

const live = createTenantStores(DB, 'live')
const sandbox = createTenantStores(DB, 'sandbox')
const SETTINGS = campaignSettingsSchema.parse(CAMPAIGN)
const LINK = sourceLinkSettingsSchema.parse(REVENUE_SHARE)
const TERMS = withContractDefaults(CONTRACT)
const BUYER = { name: 'Big', status: 'active' as const, caps: [], budget: null }
const SUPPLIER = { name: 'Acme', status: 'active' as const }

const change = (): Change => ({
  id: `pub_${ulid()}`,
  at: new Date().toISOString(),
  by: { role: 'operator', id: 'key_1', requestId: 'req_1' },
})
const keyOf = (subjectId: string) => ({
  id: `key_${ulid()}`,
  role: 'supplier' as const,
  subjectId,
  hash: ulid(),
  prefix: 'ld_live_abcd',
  lastFour: 'wxyz',
  scopes: ['ping'],
  expiresAt: null,
})
const newCampaign = async (stores = live) => (await stores.campaigns.create(`camp_${ulid()}`, SETTINGS, change())).row
const newBuyer = async (stores = live) => (await stores.buyers.create(`buy_${ulid()}`, BUYER, change())).row
const newSupplier = async (stores = live) => {
  const id = `sup_${ulid()}`
  return (await stores.suppliers.create({ id, settings: SUPPLIER, apiKey: keyOf(id) }, change())).row
}
const contract = (campaignId: string, buyerId: string) => ({
  campaignId,
  buyerId,
  id: `con_${ulid()}`,
  settings: TERMS,
  sealedSecrets: null,
})
const rowsOf = async (ids: readonly string[]) => {
  const { results } = await DB.prepare('SELECT id, tenant_id, kind, subject_id FROM publishes').all()
  return results.filter(({ id }) => ids.includes(String(id)))
}
const subjectsOf = (rows: readonly Record<string, unknown>[]) =>
  rows.map(({ kind, subject_id }) => `${kind} ${subject_id}`).sort()
const versionOf = async (id: string) => (await live.campaigns.read(id))?.version

describe('a change and its publish rows', () => {
  test('are there together', async () => {
    const made = change()
    const { row, publishIds } = await live.campaigns.create(`camp_${ulid()}`, SETTINGS, made)
    expect(await rowsOf(publishIds)).toEqual([
      { id: `${made.id}.${row.id}`, tenant_id: 'live', kind: 'campaign', subject_id: row.id },
    ])
  })

  test('are missing together: a row that cannot be written undoes the change', async () => {
    const campaign = await newCampaign()
    const supplier = await newSupplier()
    const taken = change()
    const occupy = (subject: string) =>
      DB.prepare("INSERT INTO publishes (id, tenant_id, kind, subject_id) VALUES (?, 'live', 'campaign', ?)")
        .bind(`${taken.id}.${subject}`, subject)
        .run()
    await occupy(campaign.id)
    await occupy(supplier.id)
    const before = await waiting()
    const version = await versionOf(campaign.id)

    await expect(live.campaigns.update(campaign, { ...SETTINGS, name: 'lost' }, taken)).rejects.toThrow()
    await expect(live.campaigns.archive(campaign.id, taken)).rejects.toThrow()
    const link = { campaignId: campaign.id, supplierId: supplier.id }
    await expect(live.sourceLinks.put(link, LINK, { known: null, change: taken })).rejects.toThrow()
    await expect(live.suppliers.archive(supplier.id, taken)).rejects.toThrow()

    expect(await live.campaigns.read(campaign.id)).toMatchObject({ name: CAMPAIGN.name, version, archivedAt: null })
    expect(await live.sourceLinks.read(link)).toBeNull()
    expect(await live.suppliers.read(supplier.id)).toMatchObject({ archivedAt: null })
    expect((await live.apiKeys.listOf(supplier.id))[0]?.revokedAt).toBeNull()
    expect(await waiting()).toBe(before)
  })

  test('a new supplier publishes its credential, and leaves its gate alone', async () => {
    const id = `sup_${ulid()}`
    const key = keyOf(id)
    const { publishIds } = await live.suppliers.create({ id, settings: SUPPLIER, apiKey: key }, change())
    expect(await rowsOf(publishIds)).toMatchObject([{ kind: 'credential', subject_id: key.id }])
  })

  test('a new key publishes its credential, and a revoked one its supplier too', async () => {
    const supplier = await newSupplier()
    const key = keyOf(supplier.id)
    const created = await live.apiKeys.create(key, change())
    const revoked = await live.apiKeys.revoke(key.id, change())
    expect(revoked?.row.revokedAt).toMatch(/^\d{4}/)
    const credential = { kind: 'credential', subject_id: key.id }
    expect(await rowsOf(created.publishIds)).toMatchObject([credential])
    // What has ended, the supplier's gate must hear of at once.
    const gate = { kind: 'supplier', subject_id: supplier.id }
    expect(await rowsOf(revoked?.publishIds ?? [])).toMatchObject([credential, gate])
    expect(await live.apiKeys.revoke(key.id, change())).toBeNull()
  })

  test('a buyer publishes itself and every campaign it is in, and raises their versions', async () => {
    const [first, second, other] = [await newCampaign(), await newCampaign(), await newCampaign()]
    const buyer = await newBuyer()
    for (const { id } of [first, second]) await live.buyerContracts.put(contract(id, buyer.id), change())
    const known = (await live.buyers.read(buyer.id)) ?? buyer
    const written = await live.buyers.update(known, { ...BUYER, status: 'paused' }, change())
    const rows = await rowsOf(written?.publishIds ?? [])
    expect(subjectsOf(rows)).toEqual([`buyer ${buyer.id}`, `campaign ${first.id}`, `campaign ${second.id}`].sort())
    expect(await Promise.all([first, second, other].map(({ id }) => versionOf(id)))).toEqual([3, 3, 1])
    expect(written?.row).toMatchObject({ status: 'paused', version: 4 })
  })

  test('a supplier that is archived publishes campaigns, gate and all of its keys', async () => {
    const campaign = await newCampaign()
    const supplier = await newSupplier()
    await live.apiKeys.create(keyOf(supplier.id), change())
    await live.sourceLinks.put({ campaignId: campaign.id, supplierId: supplier.id }, LINK, {
      known: null,
      change: change(),
    })
    const rows = await rowsOf(await live.suppliers.archive(supplier.id, change()))
    expect(rows.map(({ kind }) => kind).sort()).toEqual(['campaign', 'credential', 'credential', 'supplier'])
    expect((await live.apiKeys.listOf(supplier.id)).every(({ revokedAt }) => revokedAt !== null)).toBe(true)
  })

  test('links and contracts raise the version of their campaign when they come and go', async () => {
    const campaign = await newCampaign()
    const [supplier, buyer] = [await newSupplier(), await newBuyer()]
    const link = { campaignId: campaign.id, supplierId: supplier.id }
    const { row } = await live.sourceLinks.put(link, LINK, { known: null, change: change() })
    await live.buyerContracts.put(contract(campaign.id, buyer.id), change())
    await live.sourceLinks.remove(row, change())
    const publishIds = await live.buyerContracts.remove({ campaignId: campaign.id, buyerId: buyer.id }, change())
    expect(await versionOf(campaign.id)).toBe(5)
    expect(subjectsOf(await rowsOf(publishIds))).toEqual([`buyer ${buyer.id}`, `campaign ${campaign.id}`])
  })

  test('links and contracts also tell the gate and the account, which count by their caps', async () => {
    const campaign = await newCampaign()
    const [supplier, buyer] = [await newSupplier(), await newBuyer()]
    const link = { campaignId: campaign.id, supplierId: supplier.id }
    const capped = { ...LINK, caps: [{ period: 'day' as const, count: 5 }] }
    const linked = await live.sourceLinks.put(link, capped, { known: null, change: change() })
    const contracted = await live.buyerContracts.put(contract(campaign.id, buyer.id), change())
    expect(subjectsOf(await rowsOf(linked.publishIds))).toContain(`supplier ${supplier.id}`)
    const uncapped = await live.sourceLinks.put(link, LINK, { known: linked.row, change: change() })
    expect(subjectsOf(await rowsOf(uncapped.publishIds))).toContain(`supplier ${supplier.id}`)
    const still = await live.sourceLinks.put(link, LINK, { known: uncapped.row, change: change() })
    expect(subjectsOf(await rowsOf(still.publishIds))).toEqual([
      `campaign ${campaign.id}`,
      `supplier_campaigns ${supplier.id}`,
    ])
    expect(subjectsOf(await rowsOf(contracted.publishIds))).toContain(`buyer ${buyer.id}`)
    expect((await live.suppliers.read(supplier.id))?.version).toBe(3)
    expect((await live.buyers.read(buyer.id))?.version).toBe(2)
  })
})

describe('a row that was changed since it was read', () => {
  test('is not overwritten', async () => {
    const campaign = await newCampaign()
    expect(await live.campaigns.update(campaign, { ...SETTINGS, name: 'first' }, change())).not.toBeNull()
    expect(await live.campaigns.update(campaign, { ...SETTINGS, name: 'second' }, change())).toBeNull()
    expect((await live.campaigns.read(campaign.id))?.name).toBe('first')

    const [supplier, buyer] = [await newSupplier(), await newBuyer()]
    expect(await live.suppliers.update(supplier, { ...SUPPLIER, name: 'first' }, change())).not.toBeNull()
    expect(await live.suppliers.update(supplier, { ...SUPPLIER, name: 'second' }, change())).toBeNull()
    expect(await live.buyers.update(buyer, { ...BUYER, name: 'first' }, change())).not.toBeNull()
    expect(await live.buyers.update(buyer, { ...BUYER, name: 'second' }, change())).toBeNull()
  })

  test('is not changed once it is archived', async () => {
    const campaign = await newCampaign()
    await live.campaigns.archive(campaign.id, change())
    const archived = await live.campaigns.read(campaign.id)
    if (archived === null) throw new Error('an archived campaign stays readable')
    expect(await live.campaigns.update(archived, SETTINGS, change())).toBeNull()
  })
})

describe('a tenant', () => {
  test('reads nothing of another', async () => {
    const [campaign, supplier, buyer] = [
      await newCampaign(sandbox),
      await newSupplier(sandbox),
      await newBuyer(sandbox),
    ]
    const link = { campaignId: campaign.id, supplierId: supplier.id }
    const pair = { campaignId: campaign.id, buyerId: buyer.id }
    await sandbox.sourceLinks.put(link, LINK, { known: null, change: change() })
    await sandbox.buyerContracts.put(contract(campaign.id, buyer.id), change())
    const [key] = await sandbox.apiKeys.listOf(supplier.id)
    const page = { limit: 200, after: null }

    expect(await live.campaigns.read(campaign.id)).toBeNull()
    expect(await live.suppliers.read(supplier.id)).toBeNull()
    expect(await live.buyers.read(buyer.id)).toBeNull()
    expect(await live.sourceLinks.read(link)).toBeNull()
    expect(await live.buyerContracts.read(pair)).toBeNull()
    expect(await live.apiKeys.read(key?.id ?? '')).toBeNull()
    expect(await live.apiKeys.listOf(supplier.id)).toEqual([])
    expect(await live.configuration.campaign(campaign.id)).toBeNull()
    expect((await live.sourceLinks.list(campaign.id, page)).rows).toEqual([])
    expect((await live.buyerContracts.list(campaign.id, page)).rows).toEqual([])
    expect(await live.sourceLinks.countOf(campaign.id)).toBe(0)
    expect(await live.buyerContracts.countOf(campaign.id)).toBe(0)
    for (const { rows } of [
      await live.campaigns.list(page),
      await live.suppliers.list(page),
      await live.buyers.list(page),
    ]) {
      expect(rows.filter(({ tenantId }) => tenantId !== 'live')).toEqual([])
    }
    const waitingRows = await live.publishes.list(1_000)
    expect(waitingRows.filter(({ tenantId }) => tenantId !== 'live')).toEqual([])
  })

  test('changes nothing of another, whatever ids it names', async () => {
    const [campaign, supplier, buyer] = [
      await newCampaign(sandbox),
      await newSupplier(sandbox),
      await newBuyer(sandbox),
    ]
    const link = { campaignId: campaign.id, supplierId: supplier.id }
    const pair = { campaignId: campaign.id, buyerId: buyer.id }
    const linked = (await sandbox.sourceLinks.put(link, LINK, { known: null, change: change() })).row
    const contracted = (await sandbox.buyerContracts.put(contract(campaign.id, buyer.id), change())).row
    const [key] = await sandbox.apiKeys.listOf(supplier.id)
    const [waitingRow] = await sandbox.publishes.list(1)
    const read = () =>
      Promise.all([
        sandbox.campaigns.read(campaign.id),
        sandbox.suppliers.read(supplier.id),
        sandbox.buyers.read(buyer.id),
        sandbox.publishes.list(1_000),
      ])
    const before = await read()

    expect(await live.campaigns.update(campaign, { ...SETTINGS, name: 'taken' }, change())).toBeNull()
    expect(await live.suppliers.update(supplier, { ...SUPPLIER, name: 'taken' }, change())).toBeNull()
    expect(await live.buyers.update(buyer, { ...BUYER, name: 'taken' }, change())).toBeNull()
    await live.campaigns.archive(campaign.id, change())
    await live.suppliers.archive(supplier.id, change())
    await live.buyers.archive(buyer.id, change())
    expect(await live.apiKeys.revoke(key?.id ?? '', change())).toBeNull()
    await expect(
      live.sourceLinks.put(link, { ...LINK, test_mode: true }, { known: null, change: change() }),
    ).rejects.toThrow('another tenant')
    await expect(live.buyerContracts.put(contract(campaign.id, buyer.id), change())).rejects.toThrow('another tenant')
    await live.sourceLinks.remove(linked, change())
    await live.buyerContracts.remove(pair, change())
    await live.publishes.remove([waitingRow?.id ?? ''])

    expect(await read()).toEqual(before)
    expect(await sandbox.sourceLinks.read(link)).toEqual(linked)
    expect(await sandbox.buyerContracts.read(pair)).toEqual(contracted)
    expect((await sandbox.apiKeys.read(key?.id ?? ''))?.revokedAt).toBeNull()
    expect((await sandbox.publishes.list(1))[0]).toEqual(waitingRow)
  })
})

test('publish rows are removed by the hundreds, and no others', async () => {
  const ids = Array.from({ length: 205 }, () => `pub_${ulid()}`)
  const insert = DB.prepare("INSERT INTO publishes (id, tenant_id, kind, subject_id) VALUES (?, 'live', 'buyer', 'b')")
  await DB.batch(ids.map((id) => insert.bind(id)))
  const before = await waiting()
  await live.publishes.remove(ids.slice(1))
  expect(await waiting()).toBe(before - 204)
  expect(await rowsOf(ids)).toMatchObject([{ id: ids[0] }])
})
