import { ulid } from 'ulid'
import { beforeEach, describe, expect, test } from 'vitest'
import { campaignSettingsSchema } from '../../src/contracts/campaign'
import type { PublishSubject } from '../../src/snapshots/publisher'
import type { CampaignRow } from '../../src/stores/campaign-store'
import type { Change } from '../../src/stores/change-set'
import { createTenantStores } from '../../src/stores/tenant-stores'
import { CAMPAIGN, DB, make, publisherWith, SNAPSHOTS, startManagement, waiting } from '../support/management'

const live = createTenantStores(DB, 'live')
const SETTINGS = campaignSettingsSchema.parse(CAMPAIGN)
const change = (): Change => ({
  id: `pub_${ulid()}`,
  at: new Date().toISOString(),
  by: { role: 'operator', id: 'key_1', requestId: 'req_1' },
})
const newCampaign = () => live.campaigns.create(`camp_${ulid()}`, SETTINGS, change())
const documentOf = (id: string) =>
  SNAPSHOTS.get<{ campaign: { name: string; version: number } }>(`campaign:${id}`, 'json')

async function rename(campaign: CampaignRow, name: string) {
  const written = await live.campaigns.update(campaign, { ...SETTINGS, name }, change())
  if (written === null) throw new Error('the campaign was changed meanwhile')
  return written
}

/** KV whose puts wait for what the test has to say first. */
function kvWith(before: (key: string) => Promise<void>): KVNamespace {
  return {
    get: (key: string) => SNAPSHOTS.get(key),
    put: async (key: string, text: string) => {
      await before(key)
      await SNAPSHOTS.put(key, text)
    },
    delete: async (key: string) => {
      await before(key)
      await SNAPSHOTS.delete(key)
    },
  } as unknown as KVNamespace
}

beforeEach(async () => {
  await DB.prepare('DELETE FROM publishes').run()
})

describe('publishing', () => {
  test('writes the document, then removes the rows that were asked for and no others', async () => {
    const { row, publishIds } = await newCampaign()
    const later = await rename(row, 'later')
    await publisherWith().publish(publishIds)
    expect((await documentOf(row.id))?.campaign).toMatchObject({ name: 'later', version: 2 })
    expect((await live.publishes.list(10)).map(({ id }) => id)).toEqual(later.publishIds)
  })

  test('tells what it wrote, letter by letter, and once', async () => {
    const { row, publishIds } = await newCampaign()
    const published: [string, string | null][] = []
    await publisherWith({ onPublished: (key, text) => published.push([key, text]) }).publish(publishIds)
    expect(published).toEqual([[`campaign:${row.id}`, await SNAPSHOTS.get(`campaign:${row.id}`)]])
  })

  test('removes the document of an archived campaign', async () => {
    const { row, publishIds } = await newCampaign()
    await publisherWith().publish(publishIds)
    expect(await documentOf(row.id)).not.toBeNull()
    const published: [string, string | null][] = []
    const archived = await live.campaigns.archive(row.id, change())
    await publisherWith({ onPublished: (key, text) => published.push([key, text]) }).publish(archived)
    expect(await documentOf(row.id)).toBeNull()
    expect(published).toEqual([[`campaign:${row.id}`, null]])
    expect(await waiting()).toBe(0)
  })

  test('unknown ids, and rows of what is not there, are no failure', async () => {
    await DB.prepare(
      "INSERT INTO publishes (id, tenant_id, kind, subject_id) VALUES ('pub_x', 'live', 'campaign', 'camp_x')",
    ).run()
    await publisherWith().publish(['pub_x', 'pub_never'])
    expect(await waiting()).toBe(0)
  })

  test('a row never reaches a subject of another tenant', async () => {
    const { row } = await newCampaign()
    await DB.prepare(
      "INSERT INTO publishes (id, tenant_id, kind, subject_id) VALUES ('pub_y', 'sandbox', 'campaign', ?)",
    )
      .bind(row.id)
      .run()
    await publisherWith().publish(['pub_y'])
    expect(await documentOf(row.id)).toBeNull()
  })

  test('many rows of one campaign write its document once', async () => {
    const { row, publishIds } = await newCampaign()
    const second = await rename(row, 'second')
    const third = await rename(second.row, 'third')
    let puts = 0
    const kv = kvWith(async () => {
      puts += 1
    })
    await publisherWith({ kv }).publish([...publishIds, ...second.publishIds, ...third.publishIds])
    expect([puts, await waiting()]).toEqual([1, 0])
  })
})

describe('what fails', () => {
  test('stays for the cron, which publishes it', async () => {
    const { row, publishIds } = await newCampaign()
    const failures: PublishSubject[] = []
    const kv = kvWith(async () => {
      throw new Error('KV is away')
    })
    await publisherWith({ kv, onFailure: (subject) => failures.push(subject) }).publish(publishIds)
    expect(failures).toMatchObject([{ tenantId: 'live', kind: 'campaign', subjectId: row.id }])
    expect([await documentOf(row.id), await waiting()]).toEqual([null, 1])

    expect(await publisherWith().publishLeftovers()).toBe(1)
    expect([(await documentOf(row.id))?.campaign.version, await waiting()]).toEqual([1, 0])
    expect(await publisherWith().publishLeftovers()).toBe(0)
  })

  test('keeps nothing else from being published', async () => {
    const [bad, good] = [await newCampaign(), await newCampaign()]
    const kv = kvWith(async (key) => {
      if (key.endsWith(bad.row.id)) throw new Error('refused')
    })
    expect(await publisherWith({ kv, onFailure: () => {} }).publishLeftovers()).toBe(1)
    expect(await documentOf(good.row.id)).not.toBeNull()
    expect((await live.publishes.list(10)).map(({ id }) => id)).toEqual(bad.publishIds)
  })

  test('is tried again after a second, as KV takes one write a second for a key', async () => {
    const { row, publishIds } = await newCampaign()
    const slept: number[] = []
    let refusals = 2
    const kv = kvWith(async () => {
      if (refusals-- > 0) throw new Error('KV PUT failed: 429 Too Many Requests')
    })
    await publisherWith({ kv, sleep: async (ms) => void slept.push(ms) }).publish(publishIds)
    expect(await documentOf(row.id)).not.toBeNull()
    expect(slept).toEqual([1_100, 1_100])
  })

  test('leaves rows where an object cannot be told', async () => {
    const management = await startManagement()
    const buyerId = await make(management, '/v1/buyers', { name: 'Big' })
    const buyer = await live.buyers.read(buyerId)
    if (buyer === null) throw new Error('the buyer was just made')
    await live.buyers.update(buyer, { ...buyer.settings, status: 'paused' }, change())
    const away = async () => {
      throw new Error('the object is away')
    }
    await publisherWith({ configureAccount: away, onFailure: () => {} }).publishLeftovers()
    expect(await waiting()).toBe(1)
    const told: unknown[] = []
    await publisherWith({ configureAccount: async (...call) => void told.push(call) }).publishLeftovers()
    expect(told).toMatchObject([['live', buyerId, { version: 2, active: false }]])
    expect(await waiting()).toBe(0)
  })
})

describe('two publishers of one campaign', () => {
  test('the slower one does not leave the older version behind', async () => {
    const { row, publishIds } = await newCampaign()
    const published: (string | null)[] = []
    let overtaken = false
    // The slow one has read version 1; before it writes, another changes the campaign and publishes version 2.
    const kv = kvWith(async () => {
      if (overtaken) return
      overtaken = true
      const newer = await rename(row, 'newer')
      await publisherWith().publish(newer.publishIds)
    })
    await publisherWith({ kv, onPublished: (_, text) => published.push(text) }).publish(publishIds)
    expect((await documentOf(row.id))?.campaign).toMatchObject({ name: 'newer', version: 2 })
    expect(published.map((text) => JSON.parse(text ?? '').campaign.version)).toEqual([2])
    expect(await waiting()).toBe(0)
  })

  test('an archived campaign does not come back', async () => {
    const { row, publishIds } = await newCampaign()
    let overtaken = false
    const kv = kvWith(async () => {
      if (overtaken) return
      overtaken = true
      await publisherWith().publish(await live.campaigns.archive(row.id, change()))
    })
    await publisherWith({ kv }).publish(publishIds)
    expect(await documentOf(row.id)).toBeNull()
  })

  test('a revoked key does not come back', async () => {
    const supplierId = `sup_${ulid()}`
    const hash = ulid()
    const apiKey = {
      id: `key_${ulid()}`,
      role: 'supplier' as const,
      subjectId: supplierId,
      hash,
      prefix: 'p',
      lastFour: 'l',
    }
    const settings = { name: 'Acme', status: 'active' as const }
    const { publishIds } = await live.suppliers.create(
      { id: supplierId, settings, apiKey: { ...apiKey, scopes: [], expiresAt: null } },
      change(),
    )
    let overtaken = false
    const kv = kvWith(async () => {
      if (overtaken) return
      overtaken = true
      const revoked = await live.apiKeys.revoke(apiKey.id, change())
      await publisherWith().publish(revoked?.publishIds ?? [])
    })
    await publisherWith({ kv }).publish(publishIds)
    expect(await SNAPSHOTS.get(`credential:${hash}`, 'json')).toMatchObject({ revoked: true })
  })

  test('a campaign that never stands still is left to the cron', async () => {
    const { row, publishIds } = await newCampaign()
    let current = row
    const kv = kvWith(async () => {
      current = (await rename(current, `version ${current.version + 1}`)).row
    })
    const failures: unknown[] = []
    await publisherWith({ kv, onFailure: (_, error) => failures.push(error) }).publish(publishIds)
    expect(String(failures[0])).toContain('faster than it could be published')
    expect((await live.publishes.list(10)).map(({ id }) => id)).toContain(publishIds[0])
    await publisherWith().publishLeftovers()
    expect([(await documentOf(row.id))?.campaign.version, await waiting()]).toEqual([current.version, 0])
  })
})

describe('what a supplier finds its campaigns by', () => {
  test('follows its links, and the verticals of the campaigns', async () => {
    const management = await startManagement()
    const supplier = await make(management, '/v1/suppliers', { name: 'Acme' })
    const [one, two] = [
      await make(management, '/v1/campaigns', { ...CAMPAIGN, vertical: 'auto', sub_vertical: 'standard' }),
      await make(management, '/v1/campaigns', { ...CAMPAIGN, vertical: 'home', sub_vertical: null }),
    ]
    const found = async () => {
      const document = await SNAPSHOTS.get<{ tenantId: string; campaigns: { id: string }[] }>(
        `supplier-campaigns:${supplier}`,
        'json',
      )
      return document?.campaigns.toSorted((left, right) => (left.id < right.id ? -1 : 1)) ?? null
    }
    expect(await found()).toBeNull()
    for (const id of [one, two]) {
      await management.call('PUT', `/v1/campaigns/${id}/suppliers/${supplier}`, { cost_mode: 'fixed', cost_amount: 1 })
    }
    const first = { id: one, vertical: 'auto', subVertical: 'standard' }
    const second = { id: two, vertical: 'home', subVertical: null }
    expect(await found()).toEqual([first, second])
    await management.call('PATCH', `/v1/campaigns/${two}`, { sub_vertical: 'condo' })
    expect(await found()).toEqual([first, { ...second, subVertical: 'condo' }])
    await management.call('DELETE', `/v1/campaigns/${one}/suppliers/${supplier}`)
    expect(await found()).toEqual([{ ...second, subVertical: 'condo' }])
    expect(await waiting()).toBe(0)
  })
})

describe('the management API', () => {
  test('answers a change that could not be published, and the cron makes up for it', async () => {
    const publish = async () => {
      throw new Error('publishing is away')
    }
    const management = await startManagement({ publisher: { publish, publishLeftovers: async () => 0 } })
    const made = await management.call('POST', '/v1/campaigns', CAMPAIGN)
    expect(made.status).toBe(201)
    expect(await documentOf(made.body.id)).toBeNull()
    await publisherWith().publishLeftovers()
    expect((await documentOf(made.body.id))?.campaign.version).toBe(1)
  })

  test('leaves no publish row behind when all goes well', async () => {
    const management = await startManagement()
    const campaign = await make(management, '/v1/campaigns', CAMPAIGN)
    const supplier = await make(management, '/v1/suppliers', { name: 'Acme' })
    const link = `/v1/campaigns/${campaign}/suppliers/${supplier}`
    await management.call('PUT', link, { cost_mode: 'fixed', cost_amount: 1 })
    await management.call('PATCH', `/v1/suppliers/${supplier}`, { status: 'paused' })
    await management.call('DELETE', link)
    await management.call('DELETE', `/v1/suppliers/${supplier}`)
    await management.call('DELETE', `/v1/campaigns/${campaign}`)
    expect(await waiting()).toBe(0)
  })
})
