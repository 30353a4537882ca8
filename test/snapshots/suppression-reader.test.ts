import { describe, expect, it } from 'vitest'
import { INDEX_SCHEMA, type IndexHeader, indexHeaderKey, shardKey } from '../../src/contracts/suppression-index'
import { mergeLists } from '../../src/core/suppression/membership'
import { pack } from '../../src/core/suppression/packed'
import { encodeShard } from '../../src/core/suppression/shard'
import { ByteCache } from '../../src/snapshots/byte-cache'
import { SuppressionReader } from '../../src/snapshots/suppression-reader'
import { MemoryKv } from '../support/memory-kv'
import { hash } from '../support/suppression'

const TENANT = 'live'
const header = (version: number, lists: IndexHeader['lists'] = { spl_a: { number: 1, kinds: 1 } }): IndexHeader => {
  return { schema: INDEX_SCHEMA, version, bits: 0, versions: [version], lists }
}

/** An index of one shard, written by hand. */
class Edge {
  readonly kv = new MemoryKv()
  now = Date.parse('2026-11-20T10:00:00Z')
  readonly behind: Promise<unknown>[] = []
  readonly reader = new SuppressionReader({
    kv: this.kv.namespace,
    now: () => this.now,
    keepAlive: (work) => this.behind.push(work),
    hash,
  })

  async shard(version: number, phones: readonly string[]): Promise<void> {
    const hashes = await Promise.all(phones.map((text) => hash.ofEntry(TENANT, { kind: 'raw', type: 'phone', text })))
    const words = new BigUint64Array(hashes.map(({ low, high }) => (BigInt(high) << 32n) | BigInt(low)))
    const { head, pages } = encodeShard(mergeLists([{ listNumber: 1, hashes: pack(words) }]), 0)
    const bytes = (document: Uint32Array) => new Uint8Array(document.buffer, document.byteOffset, document.byteLength)
    for (const [page, document] of pages.entries())
      await this.kv.put(shardKey(TENANT, { version, bits: 0, shard: 0 }, page), bytes(document))
    await this.kv.put(shardKey(TENANT, { version, bits: 0, shard: 0 }, null), bytes(head))
  }

  async header(value: object): Promise<void> {
    await this.kv.put(indexHeaderKey(TENANT), JSON.stringify(value))
  }

  async isListed(phone: string): Promise<boolean> {
    const contacts = [{ type: 'phone' as const, text: phone }]
    return (await this.reader.lookup({ tenantId: TENANT, listIds: ['spl_a'], contacts })).has('spl_a')
  }
}

async function edgeWith(...phones: readonly string[]): Promise<Edge> {
  const edge = new Edge()
  await edge.shard(1, phones)
  await edge.header(header(1))
  return edge
}

describe('an edge', () => {
  it('reads header and shard once, and nothing more for those on no list', async () => {
    const edge = await edgeWith('5120000001')
    for (const phone of ['5120000001', '5120000002', '5120000003']) await edge.isListed(phone)
    expect(edge.kv.reads).toHaveLength(2)
  })

  it('reads one page for one that is listed among many, and nothing for most of the others', async () => {
    const edge = await edgeWith(...Array.from({ length: 20_000 }, (_, index) => String(5_120_000_000 + index)))
    await edge.isListed('6130000000')
    edge.kv.reads.length = 0
    for (let index = 0; index < 1_000; index++) await edge.isListed(String(6_130_000_000 + index))
    expect(edge.kv.reads.length).toBeLessThanOrEqual(5)
    edge.kv.reads.length = 0
    expect(await edge.isListed('5120012345')).toBe(true)
    expect(await edge.isListed('5120012345')).toBe(true)
    expect(edge.kv.reads.length).toBeLessThanOrEqual(1)
  })

  it('reads the same thing once, however many ask at the same time', async () => {
    const edge = await edgeWith('5120000001')
    edge.kv.readMs = 20
    const answers = await Promise.all(Array.from({ length: 50 }, () => edge.isListed('5120000001')))
    expect(answers.every((isListed) => isListed)).toBe(true)
    expect(edge.kv.reads).toHaveLength(2)
  })

  it('waits for nobody whose read has died', async () => {
    const edge = await edgeWith('5120000001')
    const get = edge.kv.get.bind(edge.kv)
    let isFirst = true
    edge.kv.get = (key, options) => {
      if (!isFirst) return get(key, options)
      isFirst = false
      return new Promise(() => {})
    }
    void edge.isListed('5120000001')
    expect(await edge.isListed('5120000001')).toBe(true)
  })

  it('asks nothing of a tenant that has no index, beyond whether it has one', async () => {
    const edge = new Edge()
    for (let turn = 0; turn < 20; turn++) expect(await edge.isListed('5120000001')).toBe(false)
    expect(edge.kv.reads).toEqual([indexHeaderKey(TENANT)])
  })

  it('asks nothing about lists that have no entries', async () => {
    const edge = new Edge()
    await edge.header(header(1, {}))
    expect(await edge.isListed('5120000001')).toBe(false)
    expect(edge.kv.reads).toEqual([indexHeaderKey(TENANT)])
  })

  it('takes a header of another schema for none', async () => {
    const edge = await edgeWith('5120000001')
    await edge.header({ ...header(1), schema: 99 })
    expect(await edge.isListed('5120000001')).toBe(false)
  })
})

describe('a change', () => {
  it('is known after half a minute at the latest, to which KV adds its own', async () => {
    const edge = await edgeWith('5120000001')
    expect(await edge.isListed('5120000002')).toBe(false)
    await edge.shard(2, ['5120000001', '5120000002'])
    await edge.header(header(2))
    edge.now += 4_000
    expect(await edge.isListed('5120000002')).toBe(false)
    edge.now += 26_000
    expect(await edge.isListed('5120000002')).toBe(true)
  })

  it('is asked for behind an answer', async () => {
    const edge = await edgeWith('5120000001')
    await edge.isListed('5120000002')
    await edge.shard(2, ['5120000002'])
    await edge.header(header(2))
    edge.now += 6_000
    expect(await edge.isListed('5120000002')).toBe(false)
    await Promise.all(edge.behind)
    expect(await edge.isListed('5120000002')).toBe(true)
  })

  it('that was published here is known at once, and is not undone by an older header', async () => {
    const edge = await edgeWith('5120000001')
    await edge.isListed('5120000002')
    await edge.shard(2, ['5120000002'])
    edge.reader.published(TENANT, header(2))
    expect(await edge.isListed('5120000002')).toBe(true)
    edge.now += 31_000
    expect(await edge.isListed('5120000002')).toBe(true)
  })
})

describe('a shard that is not there', () => {
  it('is looked for by the newest header', async () => {
    const edge = await edgeWith('5120000001')
    await edge.isListed('5120000009')
    const late = new Edge()
    await late.header(header(1))
    expect(late.kv.values.size).toBe(1)
    await late.shard(2, ['5120000001'])
    const get = late.kv.get.bind(late.kv)
    late.kv.get = async (key, options) => {
      const value = await get(key, options)
      await late.header(header(2))
      return value
    }
    expect(await late.isListed('5120000001')).toBe(true)
  })

  it('has not reached this place yet: the index before answers', async () => {
    const edge = await edgeWith('5120000001')
    await edge.isListed('5120000009')
    edge.reader.published(TENANT, header(2))
    expect(await edge.isListed('5120000001')).toBe(true)
  })

  it('and has none before it is an outage, never a "not listed"', async () => {
    const edge = new Edge()
    await edge.header(header(1))
    await expect(edge.isListed('5120000001')).rejects.toThrow('incomplete')
  })
})

describe('what is held', () => {
  it('stays within its bytes; what was not asked for lately goes first', () => {
    const cache = new ByteCache<Uint8Array>(10)
    cache.put('a', new Uint8Array(4))
    cache.put('b', new Uint8Array(4))
    expect(cache.get('a')).toBeDefined()
    cache.put('c', new Uint8Array(4))
    expect([cache.get('a') !== undefined, cache.get('b') !== undefined, cache.get('c') !== undefined]).toEqual([
      true,
      false,
      true,
    ])
    expect(cache.bytes).toBe(8)
    cache.put('c', new Uint8Array(2))
    expect(cache.bytes).toBe(6)
    cache.put('d', new Uint8Array(11))
    expect([cache.get('d'), cache.bytes]).toEqual([undefined, 0])
  })
})
