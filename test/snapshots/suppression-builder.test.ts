import { env } from 'cloudflare:workers'
import { ulid } from 'ulid'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { indexHeaderKey, shardKeyPrefix } from '../../src/contracts/suppression-index'
import { splitByBucket } from '../../src/core/suppression/bucket'
import { kindBits, type SuppressionEntry } from '../../src/core/suppression/entry'
import { pack } from '../../src/core/suppression/packed'
import { SuppressionBuilder } from '../../src/snapshots/suppression-builder'
import { buildGroup } from '../../src/snapshots/suppression-group'
import { SuppressionReader } from '../../src/snapshots/suppression-reader'
import type { SuppressionImportRow } from '../../src/stores/suppression-import-store'
import type { SuppressionListRow } from '../../src/stores/suppression-list-store'
import { createTenantStores } from '../../src/stores/tenant-stores'
import { MemoryKv } from '../support/memory-kv'
import { hash } from '../support/suppression'

const HOUR = 60 * 60 * 1_000

/** A machine that is busy with other tests takes its time over thousands of entries. */
vi.setConfig({ testTimeout: 30_000 })

interface Crowd {
  readonly mode?: 'add' | 'remove'
  /** How many entries more there are, of people whom no test asks about. */
  readonly strangers?: number
}

function anyHash(): bigint {
  return new BigUint64Array(crypto.getRandomValues(new Uint8Array(8)).buffer)[0] ?? 0n
}

/** A tenant of its own, with a KV and a clock of its own. */
const by = { role: 'operator', id: 'key_1', requestId: 'req_1' } as const

class Tenant {
  readonly id = `tenant_${ulid()}`
  readonly kv = new MemoryKv()
  now = Date.parse('2026-11-20T10:00:00Z')
  readonly stores = createTenantStores(env.DB, this.id)

  get at(): string {
    return new Date(this.now).toISOString()
  }

  builder(): SuppressionBuilder {
    return new SuppressionBuilder({
      kv: this.kv.namespace,
      now: () => this.now,
      index: () => this.stores.suppressionIndex,
      onPublished: () => {},
    })
  }

  async list(): Promise<SuppressionListRow> {
    const change = { id: `pub_${ulid()}`, at: this.at, by }
    return (await this.stores.suppressionLists.create(`spl_${ulid()}`, { name: 'x', scope: 'named' }, change)).row
  }

  /** Stores phones as one import. */
  async add(list: SuppressionListRow, phones: readonly string[], crowd: Crowd = {}): Promise<SuppressionImportRow> {
    const row = await this.begin(list, crowd.mode)
    await this.store(row, list, { ...crowd, phones })
    const stored = await this.stores.suppressionImports.read(list.id, row.id)
    if (stored === null) throw new Error('no import')
    await this.stores.suppressionImports.finish(stored, list, this.at)
    return stored
  }

  begin(list: SuppressionListRow, mode: 'add' | 'remove' | 'replace' = 'add'): Promise<SuppressionImportRow> {
    return this.stores.suppressionImports.begin({ id: `imp_${ulid()}`, list, mode, format: 'csv', at: this.at, by })
  }

  async store(
    row: SuppressionImportRow,
    list: SuppressionListRow,
    { phones, strangers = 0 }: Crowd & { readonly phones: readonly string[] },
  ): Promise<boolean> {
    const entries = phones.map((text): SuppressionEntry => ({ kind: 'raw', type: 'phone', text }))
    const hashes = await Promise.all(entries.map((entry) => hash.ofEntry(this.id, entry)))
    const words = new BigUint64Array([
      ...hashes.map(({ low, high }) => (BigInt(high) << 32n) | BigInt(low)),
      ...Array.from({ length: strangers }, anyHash),
    ])
    return this.stores.suppressionImports.store(row, list, {
      linesBefore: row.lines,
      lines: row.lines + phones.length + strangers,
      received: phones.length + strangers,
      stored: phones.length + strangers,
      kinds: entries.reduce((bits, entry) => bits | kindBits(entry), 0),
      shape: null,
      rejections: row.rejections,
      buckets: splitByBucket(pack(words)),
      at: this.at,
    })
  }

  reader(): SuppressionReader {
    return new SuppressionReader({ kv: this.kv.namespace, now: () => this.now, keepAlive: () => {}, hash })
  }

  async isListed(list: SuppressionListRow, phone: string, reader = this.reader()): Promise<boolean> {
    const contacts = [{ type: 'phone' as const, text: phone }]
    return (await reader.lookup({ tenantId: this.id, listIds: [list.id], contacts })).has(list.id)
  }

  async publish(): Promise<void> {
    this.now += 2_000
    const builder = this.builder()
    for (let calls = 0; calls < 50; calls++) {
      const next = await builder.build(this.id)
      if (next === null || next >= HOUR) return
      this.now += next
    }
    throw new Error('the build does not end')
  }
}

const phones = (count: number, from = 5_120_000_000) =>
  Array.from({ length: count }, (_, index) => String(from + index))

let tenant: Tenant
beforeEach(() => {
  tenant = new Tenant()
})

describe('a build', () => {
  it('writes nothing where there is nothing to build', async () => {
    expect(await tenant.builder().build(tenant.id)).toBeNull()
    expect(tenant.kv.writes).toEqual([])
  })

  it.each([
    ['waits for an import that is bringing entries', ['5120000002'], false],
    ['does not wait for an import that has brought none', [], true],
  ])('%s', async (_what, brought, isBuilt) => {
    const list = await tenant.list()
    await tenant.add(list, ['5120000001'])
    await tenant.store(await tenant.begin(list), list, { phones: brought })
    tenant.now += 2_000
    for (let calls = 0; calls < 3; calls++) await tenant.builder().build(tenant.id)
    expect(await tenant.isListed(list, '5120000001')).toBe(isBuilt)
  })

  it('puts the header last: until then the index before is in force', async () => {
    const list = await tenant.list()
    await tenant.add(list, ['5120000001'])
    await tenant.publish()
    await tenant.add(list, ['5120000002'])
    tenant.kv.beforeWrite = (key) => {
      if (key === indexHeaderKey(tenant.id)) throw new Error('KV is away')
    }
    await expect(tenant.publish()).rejects.toThrow('KV is away')
    expect([await tenant.isListed(list, '5120000001'), await tenant.isListed(list, '5120000002')]).toEqual([
      true,
      false,
    ])
    tenant.kv.beforeWrite = () => {}
    await tenant.publish()
    expect(await tenant.isListed(list, '5120000002')).toBe(true)
    expect(tenant.kv.writes.at(-1)).toBe(indexHeaderKey(tenant.id))
  })

  it('that was killed goes on from the groups that it had not written, and does none twice', async () => {
    const list = await tenant.list()
    const all = phones(300)
    await tenant.add(list, all, { strangers: 40_000 })
    let writes = 0
    tenant.kv.beforeWrite = () => {
      writes += 1
      if (writes >= 12) throw new Error('killed')
    }
    await expect(tenant.publish()).rejects.toThrow('killed')
    expect(tenant.kv.writes).toHaveLength(11)
    tenant.kv.beforeWrite = () => {}
    await tenant.publish()
    expect(tenant.kv.writes.at(-1)).toBe(indexHeaderKey(tenant.id))
    const again = tenant.kv.writes.filter((key, index) => tenant.kv.writes.indexOf(key) !== index)
    // Of two groups of nine documents, the second was not whole.
    expect(again).toHaveLength(2)
    const reader = tenant.reader()
    for (const phone of all) expect(await tenant.isListed(list, phone, reader)).toBe(true)
    expect(await tenant.isListed(list, '5119999999', reader)).toBe(false)
  })

  it('that was killed after its header is finished without harm', async () => {
    const list = await tenant.list()
    await tenant.add(list, ['5120000001'])
    const index = tenant.stores.suppressionIndex
    const finish = index.finish.bind(index)
    index.finish = () => Promise.reject(new Error('killed'))
    await expect(tenant.publish()).rejects.toThrow('killed')
    expect(await tenant.isListed(list, '5120000001')).toBe(true)
    index.finish = finish
    await tenant.publish()
    expect(await index.pending()).toBeNull()
    expect(await tenant.isListed(list, '5120000001')).toBe(true)
  })

  it('forgets no change that came while it was under way', async () => {
    const list = await tenant.list()
    await tenant.add(list, ['5120000001'])
    let hasCome = false
    tenant.kv.beforeWrite = async (key) => {
      if (hasCome || key !== indexHeaderKey(tenant.id)) return
      hasCome = true
      await tenant.add(list, ['5120000002'])
    }
    tenant.now += 2_000
    await tenant.builder().build(tenant.id)
    expect([await tenant.isListed(list, '5120000001'), await tenant.isListed(list, '5120000002')]).toEqual([
      true,
      false,
    ])
    await tenant.publish()
    expect(await tenant.isListed(list, '5120000002')).toBe(true)
  })

  it('writes only the shards that a change is about', async () => {
    const list = await tenant.list()
    await tenant.add(list, ['5120012345'], { strangers: 40_000 })
    await tenant.publish()
    const shards = new Set([...tenant.kv.values.keys()].map((key) => key.split('.').slice(0, 3).join('.'))).size - 1
    expect(shards).toBe(2)
    tenant.kv.writes.length = 0
    await tenant.add(list, ['6130000001'])
    await tenant.publish()
    const written = new Set(tenant.kv.writes.map((key) => key.split('.').slice(0, 3).join('.')))
    expect(written.size).toBe(2)
    expect(await tenant.isListed(list, '6130000001')).toBe(true)
    expect(await tenant.isListed(list, '5120012345')).toBe(true)
  })

  it('that needs more shards writes all of them, whatever has changed', async () => {
    const list = await tenant.list()
    const all = phones(20)
    await tenant.add(list, all, { strangers: 32_748 })
    await tenant.publish()
    await tenant.add(list, ['6130000001'])
    await tenant.publish()
    const reader = tenant.reader()
    for (const phone of all) expect(await tenant.isListed(list, phone, reader)).toBe(true)
  })

  it('keeps one row a list and bucket, however many imports there were', async () => {
    const list = await tenant.list()
    for (let turn = 0; turn < 5; turn++) {
      await tenant.add(list, phones(100, 5_120_000_000 + 50 * turn))
      await tenant.add(list, phones(10, 5_120_000_000 + 50 * turn), { mode: 'remove' })
      if (turn % 2 === 0) await tenant.publish()
    }
    await tenant.publish()
    const pieces = await tenant.stores.suppressionIndex.pieces(0, 255)
    expect(new Set(pieces.map(({ bucket }) => bucket)).size).toBe(pieces.length)
    expect((await tenant.stores.suppressionLists.entries()).get(list.number)).toBe(300 - 50)
    expect(await tenant.isListed(list, '5120000205')).toBe(false)
    expect(await tenant.isListed(list, '5120000299')).toBe(true)
  })

  it('waits for an import that is under way, but not for long', async () => {
    const list = await tenant.list()
    const row = await tenant.begin(list)
    await tenant.store(row, list, { phones: ['5120000001'] })
    const builder = tenant.builder()
    let current: SuppressionImportRow | null = await tenant.stores.suppressionImports.read(list.id, row.id)
    for (let seconds = 9; seconds < 60 && current !== null; seconds += 9) {
      tenant.now += 9_000
      expect(await builder.build(tenant.id)).toBe(500)
      await tenant.store(current, list, { phones: [String(6_130_000_000 + seconds)] })
      current = await tenant.stores.suppressionImports.read(list.id, row.id)
    }
    tenant.now += 6_000
    await builder.build(tenant.id)
    expect(await tenant.isListed(list, '5120000001')).toBe(true)
  })

  it('waits the longer the longer it takes, so that a large import is not built again and again', async () => {
    const list = await tenant.list()
    await tenant.add(list, ['5120000001'])
    tenant.kv.beforeWrite = () => {
      tenant.now += 20_000
    }
    await tenant.publish()
    tenant.kv.beforeWrite = () => {}
    const receive = async (row: SuppressionImportRow) => {
      await tenant.store(row, list, { phones: ['6130000001'] })
      return (await tenant.stores.suppressionImports.read(list.id, row.id)) ?? row
    }
    const row = await receive(await tenant.begin(list))
    tenant.now += 100_000
    const later = await receive(row)
    expect(await tenant.builder().build(tenant.id)).toBe(500)
    tenant.now += 65_000
    await receive(later)
    expect(await tenant.builder().build(tenant.id)).toBeLessThan(500)
    expect(await tenant.isListed(list, '6130000001')).toBe(true)
  })

  it('does not wait for an import that has lost its sender', async () => {
    const list = await tenant.list()
    await tenant.store(await tenant.begin(list), list, { phones: ['5120000001'] })
    tenant.now += 11_000
    await tenant.publish()
    expect(await tenant.isListed(list, '5120000001')).toBe(true)
  })

  it('does not wait for an import that said it broke off, until it is gone on with', async () => {
    const list = await tenant.list()
    await tenant.store(await tenant.begin(list), list, { phones: ['5120000001'] })
    const row = await tenant.begin(list)
    await tenant.store(row, list, { phones: ['5120000002'] })
    const imports = tenant.stores.suppressionImports
    for (const { id } of (await imports.list(list.id, { limit: 10, after: null })).rows)
      await imports.breakOff(id, tenant.at)
    await tenant.publish()
    expect(await tenant.isListed(list, '5120000002')).toBe(true)
    const known = await imports.read(list.id, row.id)
    await tenant.store(known ?? row, list, { phones: ['5120000003'] })
    tenant.now += 2_000
    expect(await tenant.builder().build(tenant.id)).toBe(500)
  })

  it('writes its header at most once a second', async () => {
    const list = await tenant.list()
    await tenant.add(list, ['5120000001'])
    await tenant.publish()
    await tenant.add(list, ['5120000002'])
    expect(await tenant.builder().build(tenant.id)).toBeGreaterThan(500)
  })

  it('of any number of shards finds every entry', async () => {
    const list = await tenant.list()
    const all = phones(600)
    await tenant.add(list, all)
    const { version, bits } = { version: 7, bits: 10 }
    const counts: Record<string, number> = {}
    for (let group = 0; group < 256; group++) {
      const parts = { kv: tenant.kv.namespace, store: tenant.stores.suppressionIndex, tenantId: tenant.id, group }
      Object.assign(counts, await buildGroup({ ...parts, run: { version, bits } }))
    }
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(600)
    const lists = { [list.id]: { number: list.number, kinds: 1 } }
    const header = { schema: 1, version, bits, versions: new Array(256).fill(version), lists }
    await tenant.kv.put(indexHeaderKey(tenant.id), JSON.stringify(header))
    const reader = tenant.reader()
    for (const phone of all) expect(await tenant.isListed(list, phone, reader)).toBe(true)
    for (const phone of phones(200, 6_130_000_000)) expect(await tenant.isListed(list, phone, reader)).toBe(false)
  }, 30_000)
})

describe('shards that are in force no more', () => {
  it('are kept for an hour, and then removed; the others stay', async () => {
    const list = await tenant.list()
    await tenant.add(list, ['5120000001'])
    await tenant.publish()
    await tenant.add(list, ['5120000002'])
    await tenant.publish()
    const shards = () => [...tenant.kv.values.keys()].filter((key) => key.startsWith(shardKeyPrefix(tenant.id)))
    expect(shards()).toHaveLength(2)
    tenant.now += HOUR / 2
    await tenant.publish()
    expect(shards()).toHaveLength(2)
    tenant.now += HOUR
    await tenant.publish()
    expect(shards()).toHaveLength(1)
    expect(await tenant.isListed(list, '5120000001')).toBe(true)
  })

  it('of another number of leading bits go as well', async () => {
    const list = await tenant.list()
    await tenant.add(list, phones(100))
    await tenant.publish()
    await tenant.add(list, [], { strangers: 40_000 })
    await tenant.publish()
    tenant.now += 2 * HOUR
    await tenant.publish()
    const bits = new Set(
      [...tenant.kv.values.keys()].map((key) => key.split('.')[1]).filter((part) => part !== undefined),
    )
    expect([...bits]).toEqual(['1'])
    expect(await tenant.isListed(list, '5120000099')).toBe(true)
  })
})

describe('an import', () => {
  it('is kept among the newest thousand of its list', async () => {
    const list = await tenant.list()
    const first = await tenant.add(list, ['5120000001'])
    const copies = `WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 1000)
      INSERT INTO suppression_imports (id, tenant_id, list_id, mode, format, layer, rejections, created_at, updated_at, finished_at)
      SELECT 'imp_Z' || n, tenant_id, list_id, mode, format, layer, rejections, created_at, updated_at, finished_at
      FROM suppression_imports, number WHERE id = ?`
    await env.DB.prepare(copies).bind(first.id).run()
    await tenant.begin(list)
    expect(await tenant.stores.suppressionImports.read(list.id, first.id)).toBeNull()
    expect(await tenant.stores.suppressionImports.read(list.id, 'imp_Z1000')).not.toBeNull()
  })

  it('into a list that was archived meanwhile stores nothing', async () => {
    const list = await tenant.list()
    const row = await tenant.begin(list)
    await tenant.stores.suppressionLists.archive(list, { id: `pub_${ulid()}`, at: tenant.at, by })
    expect(await tenant.store(row, list, { phones: ['5120000001'] })).toBe(false)
    expect(await tenant.stores.suppressionImports.read(list.id, row.id)).toMatchObject({ lines: 0, stored: 0 })
  })

  it('into a list that is replaced meanwhile is part of what is replaced, or of what it is replaced by', async () => {
    const list = await tenant.list()
    const replacement = await tenant.begin(list, 'replace')
    await tenant.store(replacement, list, { phones: ['5120000001'] })
    await tenant.add(list, ['5120000002'])
    const stored = await tenant.stores.suppressionImports.read(list.id, replacement.id)
    if (stored === null) throw new Error('no import')
    await tenant.stores.suppressionImports.finish(stored, list, tenant.at)
    await tenant.add(list, ['5120000003'])
    await tenant.publish()
    const listed = ['5120000001', '5120000002', '5120000003'].map((phone) => tenant.isListed(list, phone))
    expect(await Promise.all(listed)).toEqual([true, false, true])
  })
})
