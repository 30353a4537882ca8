import { describe, expect, it } from 'vitest'
import { publicIds } from '../../durable-objects/buyer-line/buyer-line'
import { SLOTS_PER_OBJECT, Slots } from '../../durable-objects/buyer-line/slots'
import { CutOffs } from '../../src/buyers/cut-offs'
import { unpackContract } from '../../src/contracts/packed-contract'
import { money } from '../support/submit-lead'
import { leadFor } from './support/played-auction'
import { TestBuyer } from './support/test-buyer'
import { testLine } from './support/test-line'

/** Work that begins when it is run and ends when the test says so. */
function work() {
  const begun: number[] = []
  const ends = new Map<number, { readonly resolve: () => void; readonly reject: (error: Error) => void }>()
  const run = (number: number) => () => {
    begun.push(number)
    return new Promise<void>((resolve, reject) => ends.set(number, { resolve, reject }))
  }
  return {
    begun,
    run,
    end: (number: number) => ends.get(number)?.resolve(),
    fail: (number: number) => ends.get(number)?.reject(new Error('no')),
  }
}

const settled = () => scheduler.wait(0)

describe('slots', () => {
  it('let six begin; the seventh begins as one ends, and they go in the order they came', async () => {
    const { begun, run, end } = work()
    const slots = new Slots()
    const all = Array.from({ length: 9 }, (_, index) => slots.run(run(index)))
    await settled()
    expect(SLOTS_PER_OBJECT).toBe(6)
    expect(begun).toEqual([0, 1, 2, 3, 4, 5])
    end(3)
    await settled()
    expect(begun.slice(6)).toEqual([6])
    end(6)
    end(0)
    await settled()
    expect(begun.slice(6)).toEqual([6, 7, 8])
    for (let number = 0; number < 9; number++) end(number)
    await Promise.all(all)
  })

  it('are free again after work that failed', async () => {
    const { begun, run, fail, end } = work()
    const slots = new Slots(1)
    const first = slots.run(run(1))
    const second = slots.run(run(2))
    await settled()
    fail(1)
    await expect(first).rejects.toThrow('no')
    await settled()
    expect(begun).toEqual([1, 2])
    end(2)
    await second
    expect(await slots.run(async () => 'free')).toBe('free')
  })

  it('never let more begin than there are, however the ends come', async () => {
    let [running, most] = [0, 0]
    const slots = new Slots(3)
    await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        slots.run(async () => {
          most = Math.max(most, ++running)
          await scheduler.wait(index % 4)
          running -= 1
        }),
      ),
    )
    expect(most).toBe(3)
  })
})

describe("a buyer's clock", () => {
  it('begins with its slot: who had to wait for one has its whole time', async () => {
    const line = testLine()
    const terms = { pingTimeoutMs: 400 }
    const buyers = ['a', 'b', 'c'].map((name) => new TestBuyer(name, { ping: 'bid/7?delay=250', terms }))
    const lead = leadFor(buyers)
    const ids = publicIds('0'.repeat(64))
    const slots = new Slots(1)
    const startedAt = Date.now()
    const reports = await Promise.all(
      lead.contracts.map(unpackContract).map((contract) =>
        slots.run(() =>
          line.ping({
            lead,
            ids,
            contract,
            sealed: null,
            endsAt: startedAt + 5_000,
            cutOffs: new CutOffs(),
          }),
        ),
      ),
    )
    for (const { answer } of reports) expect(answer).toEqual({ kind: 'bid', priceMicros: money(7) })
    const asked = reports.map(({ askedAt }) => Number(askedAt) - startedAt)
    expect(asked[1]).toBeGreaterThanOrEqual(245)
    expect(asked[2]).toBeGreaterThanOrEqual(490)
  })
})
