import { describe, expect, test } from 'vitest'
import { KvSnapshotReader } from '../../src/snapshots/reader'

const document = (version: number) =>
  JSON.stringify({ schema: 1, campaign: { id: 'camp_1', version }, links: {}, contracts: [] })
const credential = (revoked: boolean) => JSON.stringify({ schema: 1, keyId: 'key_1', revoked })

/** A reader over a table instead of KV, with a clock that the test turns. */
function start(stored: { [key: string]: string } = {}) {
  const state = { now: 1_000_000, reads: 0, stored, kept: [] as Promise<unknown>[] }
  const kv = {
    get: async (key: string) => {
      state.reads += 1
      await Promise.resolve()
      return state.stored[key] ?? null
    },
  } as unknown as KVNamespace
  const reader = new KvSnapshotReader({ kv, now: () => state.now, keepAlive: (work) => state.kept.push(work) })
  const version = async () => (await reader.campaign('camp_1'))?.campaign.version ?? null
  return { state, reader, version }
}

describe('memory', () => {
  test('answers for five seconds without asking KV', async () => {
    const { state, version } = start({ 'campaign:camp_1': document(1) })
    expect(await version()).toBe(1)
    state.stored = { 'campaign:camp_1': document(2) }
    state.now += 4_999
    expect([await version(), state.reads]).toEqual([1, 1])
  })

  test('answers at once after that, and reads again behind the answer', async () => {
    const { state, version } = start({ 'campaign:camp_1': document(1) })
    await version()
    state.stored = { 'campaign:camp_1': document(2) }
    state.now += 5_000
    expect(await version()).toBe(1)
    expect(state.kept).toHaveLength(1)
    await Promise.all(state.kept)
    expect([await version(), state.reads]).toEqual([2, 2])
  })

  test('never answers with what is older than thirty seconds', async () => {
    const { state, version } = start({ 'campaign:camp_1': document(1) })
    await version()
    state.stored = { 'campaign:camp_1': document(2) }
    state.now += 30_000
    expect(await version()).toBe(2)
  })

  test('many callers at once share one read', async () => {
    const { state, version } = start({ 'campaign:camp_1': document(1) })
    expect(await Promise.all(Array.from({ length: 50 }, version))).toEqual(Array.from({ length: 50 }, () => 1))
    expect(state.reads).toBe(1)
  })

  test('an unknown campaign is asked for again after two seconds', async () => {
    const { state, version } = start()
    expect(await version()).toBeNull()
    state.stored = { 'campaign:camp_1': document(1) }
    state.now += 1_999
    expect([await version(), state.reads]).toEqual([null, 1])
    state.now += 1
    expect([await version(), state.reads]).toEqual([1, 2])
  })

  test('a document of another schema counts as absent', async () => {
    const { version } = start({ 'campaign:camp_1': JSON.stringify({ schema: 2, campaign: { version: 9 } }) })
    expect(await version()).toBeNull()
  })

  test('holds a bounded number, and made-up ids push out no campaign', async () => {
    const { state, reader, version } = start({ 'campaign:camp_1': document(1) })
    await version()
    for (let count = 0; count < 6_000; count++) await reader.campaign(`camp_made_up_${count}`)
    const reads = state.reads
    await version()
    await reader.campaign('camp_made_up_5999')
    expect(state.reads).toBe(reads)
    await reader.campaign('camp_made_up_0')
    expect(state.reads).toBe(reads + 1)
  })

  test('one document that is read again and again takes the room of one', async () => {
    const large = (version: number) => JSON.stringify({ schema: 1, campaign: { version, name: 'x'.repeat(1_000_000) } })
    const { state, reader } = start({ 'campaign:steady': document(1) })
    await reader.campaign('steady')
    for (let version = 1; version <= 20; version++) reader.published('campaign:large', large(version))
    await reader.campaign('steady')
    expect(state.reads).toBe(1)
  })

  test('large documents push out the oldest', async () => {
    const stored: { [key: string]: string } = {}
    for (let count = 0; count < 10; count++) {
      stored[`campaign:c${count}`] = JSON.stringify({
        schema: 1,
        campaign: { version: 1, name: 'x'.repeat(1_000_000) },
      })
    }
    const { state, reader } = start(stored)
    for (let count = 0; count < 10; count++) await reader.campaign(`c${count}`)
    await reader.campaign('c9')
    expect(state.reads).toBe(10)
    await reader.campaign('c0')
    expect(state.reads).toBe(11)
  })
})

describe('a failing KV', () => {
  test('is not asked for ids that no UTF-8 can spell, of which there is nothing', async () => {
    const { state, reader } = start()
    expect([await reader.campaign('\ud800'), state.reads]).toEqual([null, 0])
  })

  test('fails the caller who must wait for it, and is asked again by the next', async () => {
    let fails = true
    const kv = {
      get: async () => {
        if (fails) throw new Error('KV is away')
        return document(1)
      },
    } as unknown as KVNamespace
    const reader = new KvSnapshotReader({ kv, now: () => 0, keepAlive: () => {} })
    await expect(reader.campaign('camp_1')).rejects.toThrow('KV is away')
    fails = false
    expect((await reader.campaign('camp_1'))?.campaign.version).toBe(1)
  })

  test('behind an answer fails nobody', async () => {
    const { state, version, reader } = start({ 'campaign:camp_1': document(1) })
    await version()
    state.now += 6_000
    Object.defineProperty(state, 'stored', {
      get: () => {
        throw new Error('KV is away')
      },
    })
    expect(await version()).toBe(1)
    await expect(Promise.all(state.kept)).resolves.toBeDefined()
    expect((await reader.campaign('camp_1'))?.campaign.version).toBe(1)
  })

  test('a read that never ends is not waited for by others', async () => {
    let first = true
    const kv = {
      get: async () => {
        if (!first) return document(1)
        first = false
        return new Promise(() => {})
      },
    } as unknown as KVNamespace
    const reader = new KvSnapshotReader({ kv, now: () => Date.now(), keepAlive: () => {} })
    void reader.campaign('camp_1')
    expect((await reader.campaign('camp_1'))?.campaign.version).toBe(1)
  })
})

describe('what was published here', () => {
  test('is known at once, also where it was absent a moment ago', async () => {
    const { state, reader, version } = start()
    expect(await version()).toBeNull()
    reader.published('campaign:camp_1', document(1))
    expect([await version(), state.reads]).toEqual([1, 1])
  })

  test('does not give way to an older version that KV still hands out', async () => {
    const { state, reader, version } = start({ 'campaign:camp_1': document(1) })
    reader.published('campaign:camp_1', document(2))
    for (const wait of [6_000, 31_000]) {
      state.now += wait
      await version()
      await Promise.all(state.kept)
      expect(await version()).toBe(2)
    }
    state.stored = { 'campaign:camp_1': document(3) }
    state.now += 6_000
    await version()
    await Promise.all(state.kept)
    expect(await version()).toBe(3)
  })

  test('stays removed while KV still hands it out', async () => {
    const { state, reader, version } = start({ 'campaign:camp_1': document(1) })
    reader.published('campaign:camp_1', null)
    expect(await version()).toBeNull()
    state.now += 10_000
    expect(await version()).toBeNull()
  })

  test('a revoked key stays revoked while KV still knows it otherwise', async () => {
    const { state, reader } = start({ 'credential:h': credential(false) })
    expect(await reader.credential('h')).toMatchObject({ revoked: false })
    reader.published('credential:h', credential(true))
    state.now += 40_000
    expect(await reader.credential('h')).toMatchObject({ revoked: true })
  })

  test('is not undone by a read that began before', async () => {
    let release = (_: string) => {}
    const kv = { get: () => new Promise<string>((resolve) => (release = resolve)) } as unknown as KVNamespace
    const reader = new KvSnapshotReader({ kv, now: () => 5, keepAlive: () => {} })
    const slow = reader.campaign('camp_1')
    reader.published('campaign:camp_1', document(2))
    release(document(1))
    await slow
    expect((await reader.campaign('camp_1'))?.campaign.version).toBe(2)
  })
})
