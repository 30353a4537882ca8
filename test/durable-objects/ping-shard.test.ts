import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { publicIds } from '../../durable-objects/buyer-line/buyer-line'
import { readReports, type ShardRequest } from '../../durable-objects/ping-shard'
import { money } from '../support/submit-lead'
import { leadFor } from './support/played-auction'
import { TestBuyer } from './support/test-buyer'

const newShard = () => env.PING_SHARD.get(env.PING_SHARD.newUniqueId())

function requestFor(buyers: readonly TestBuyer[], overrides: Partial<ShardRequest> = {}): ShardRequest {
  const lead = leadFor(buyers)
  const ids = publicIds(env.AUCTION.newUniqueId().toString())
  return { lead, ids, contracts: lead.contracts, sealed: {}, endsAt: Date.now() + 60_000, ...overrides }
}

const patient = { pingTimeoutMs: 60_000 }

describe('a shard', () => {
  it('reports each answer as it comes, not waiting for the others', async () => {
    const slow = new TestBuyer('slow', { ping: 'held/decline', terms: patient })
    const fast = new TestBuyer('fast', { ping: 'bid/7' })
    const stream = await newShard().ping(requestFor([slow, fast]))
    const reports = readReports(stream, new AbortController().signal)
    expect((await reports.next()).value).toMatchObject({
      contractId: 'con_fast',
      report: { askedAt: expect.any(Number), answer: { kind: 'bid', priceMicros: money(7) } },
    })
    await slow.releasePings()
    expect((await reports.next()).value).toMatchObject({
      contractId: 'con_slow',
      report: { answer: { kind: 'no', reason: 'declined' } },
    })
    expect((await reports.next()).done).toBe(true)
  })

  it('reports a buyer that hangs at its own deadline, and ends', async () => {
    const buyers = [
      new TestBuyer('hangs', { ping: 'hang', terms: { pingTimeoutMs: 150 } }),
      new TestBuyer('late', { ping: 'hang', terms: patient }),
    ]
    const stream = await newShard().ping(requestFor(buyers, { endsAt: Date.now() + 300 }))
    const answers: unknown[] = []
    for await (const { contractId, report } of readReports(stream, new AbortController().signal)) {
      answers.push([contractId, report.answer.kind === 'no' && report.answer.reason])
    }
    expect(answers).toEqual([
      ['con_hangs', 'timed_out'],
      ['con_late', 'timed_out'],
    ])
  })

  it('that is stopped hangs up on whoever is still out', async () => {
    const buyers = ['a', 'b', 'c'].map((name) => new TestBuyer(name, { ping: 'hang', terms: patient }))
    const done = new TestBuyer('done', { ping: 'bid/7' })
    const shard = newShard()
    const stream = await shard.ping(requestFor([...buyers, done]))
    const reports = readReports(stream, new AbortController().signal)
    await reports.next()
    await shard.stop()
    for (const buyer of buyers) expect(await buyer.pings({ aborted: 1 })).toHaveLength(1)
    expect((await done.pings())[0]?.aborted).toBe(false)
    await reports.return(undefined)
  })

  it('that is stopped before it began asks nobody', async () => {
    const buyer = new TestBuyer('a', { ping: 'bid/7' })
    const shard = newShard()
    await shard.stop()
    const stream = await shard.ping(requestFor([buyer]))
    const reports = readReports(stream, new AbortController().signal)
    expect((await reports.next()).value).toMatchObject({ report: { answer: { kind: 'no', reason: 'timed_out' } } })
    expect(await buyer.pings()).toEqual([])
  })

  it('keeps nothing', async () => {
    const buyer = new TestBuyer('a', { ping: 'bid/7' })
    const shard = newShard()
    const stream = await shard.ping(requestFor([buyer]))
    for await (const _ of readReports(stream, new AbortController().signal));
    const { runInDurableObject } = await import('cloudflare:test')
    const kept = await runInDurableObject(shard, async (_, { storage }) => [...storage.kv.list()].length)
    expect(kept).toBe(0)
  })
})

describe('the reader of a shard', () => {
  const streamOf = (...chunks: readonly string[]) =>
    new ReadableStream<Uint8Array>({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk))
        controller.close()
      },
    })
  const line = (contractId: string) => `${JSON.stringify({ contractId, report: { detail: 'é名' } })}\n`

  it('puts lines together however they were cut', async () => {
    const text = line('con_a') + line('con_b')
    const bytes = new TextEncoder().encode(text)
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(new Uint8Array([byte]))
        controller.close()
      },
    })
    const ids: string[] = []
    for await (const report of readReports(stream, new AbortController().signal)) ids.push(report.contractId)
    expect(ids).toEqual(['con_a', 'con_b'])
  })

  it('stops when it is told to, also before it began', async () => {
    const abort = new AbortController()
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new TextEncoder().encode(line('con_a'))),
    })
    const ids: string[] = []
    for await (const report of readReports(endless, abort.signal)) {
      ids.push(report.contractId)
      if (ids.length === 3) abort.abort()
    }
    expect(ids.length).toBeGreaterThanOrEqual(3)
    const late = readReports(streamOf(line('con_b')), abort.signal)
    expect((await late.next()).done).toBe(true)
  })
})
