import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type CallHealth,
  FAILURES_TO_OPEN,
  FIRST_PAUSE_MS,
  isCircuitNews,
  isCircuitOpen,
  LONGEST_PAUSE_MS,
  NEW_CIRCUIT,
  onCall,
  onCallEnd,
  PROBE_LOST_MS,
} from '../../../src/core/limits/circuit'

const START = 1_795_176_000_000
const FAILED: CallHealth = { kind: 'failed', reason: 'timed_out' }
const ANSWERED: CallHealth = { kind: 'answered' }
const UNHEARD: CallHealth = { kind: 'unheard' }

/** A buyer that is called through its circuit. */
class Line {
  now = START
  circuit = NEW_CIRCUIT
  news = 0

  get isOpen(): boolean {
    return isCircuitOpen(this.circuit, this.now)
  }

  call(): this {
    expect(this.isOpen).toBe(false)
    this.circuit = onCall(this.circuit, this.now)
    return this
  }

  /** @param startedAt of the call; it began just now where left out */
  ends(health: CallHealth, startedAt = this.now): this {
    const after = onCallEnd(this.circuit, { health, startedAt, now: this.now })
    if (isCircuitNews(this.circuit, after)) this.news += 1
    this.circuit = after
    return this
  }

  fails(times: number): this {
    for (let index = 0; index < times; index++) this.call().ends(FAILED)
    return this
  }

  wait(ms: number): this {
    this.now += ms
    return this
  }
}

describe('a circuit', () => {
  it('opens with the tenth failure in a row, for half a minute', () => {
    const line = new Line().fails(FAILURES_TO_OPEN - 1)
    expect([line.isOpen, line.news]).toEqual([false, 0])
    line.fails(1)
    expect([line.isOpen, line.news]).toEqual([true, 1])
    expect(line.circuit).toEqual({
      state: 'open',
      since: START,
      failures: 10,
      lastReason: 'timed_out',
      answeredAt: 0,
      pauseMs: 30_000,
      until: START + 30_000,
    })
    expect(line.wait(FIRST_PAUSE_MS - 1).isOpen).toBe(true)
    expect(line.wait(1).isOpen).toBe(false)
  })

  it('does not open for failures with an answer between them, nor for calls that were given up', () => {
    const line = new Line()
    for (let round = 0; round < 5; round++)
      line
        .fails(FAILURES_TO_OPEN - 1)
        .call()
        .ends(ANSWERED)
    for (let round = 0; round < 50; round++) line.call().ends(UNHEARD)
    expect([line.isOpen, line.circuit.failures, line.news]).toEqual([false, 0, 0])
  })

  it('does not open for calls that time out together, when others that began with them were answered', () => {
    const line = new Line()
    const startedAt = line.now
    line.wait(100)
    for (let call = 0; call < 80; call++) line.ends(ANSWERED, startedAt)
    line.wait(1_900)
    for (let call = 0; call < 20; call++) line.ends(FAILED, startedAt)
    expect([line.isOpen, line.circuit.failures]).toEqual([false, 0])
    for (let call = 0; call < 20; call++) line.ends(FAILED, startedAt + 101)
    expect(line.isOpen).toBe(true)
  })

  it('lets one call through when its pause is over, and no other while that is out', () => {
    const line = new Line().fails(10).wait(FIRST_PAUSE_MS).call()
    expect(line.isOpen).toBe(true)
    expect(line.ends(ANSWERED).isOpen).toBe(false)
    expect([line.circuit.state, line.news]).toEqual(['closed', 2])
  })

  it('waits twice as long after each probe that fails, up to five minutes, and says since when it is open', () => {
    const line = new Line().fails(10)
    const pauses: number[] = []
    for (let round = 0; round < 6; round++) {
      const until = line.circuit.state === 'open' ? line.circuit.until : 0
      pauses.push((until - line.now) / 1_000)
      line.wait(until - line.now).fails(1)
    }
    expect(pauses).toEqual([30, 60, 120, 240, 300, 300])
    expect(line.circuit).toMatchObject({ since: START, failures: 16, pauseMs: LONGEST_PAUSE_MS })
  })

  it('begins anew after it has closed: half a minute, after ten failures', () => {
    const line = new Line().fails(10).wait(30_000).fails(1).wait(60_000).call().ends(ANSWERED).wait(1)
    line.fails(9)
    expect(line.isOpen).toBe(false)
    expect(line.fails(1).circuit).toMatchObject({ pauseMs: FIRST_PAUSE_MS })
  })

  it('closes with any answer, also of a call that was out when it opened; such failures change nothing', () => {
    const line = new Line().fails(10)
    const open = line.circuit
    expect(line.wait(5).ends(FAILED).circuit).toBe(open)
    expect(line.ends(UNHEARD).circuit).toBe(open)
    expect(line.ends(ANSWERED).circuit.state).toBe('closed')
  })

  it('sends the next call as probe where the first was given up or never heard of', () => {
    const line = new Line().fails(10).wait(30_000).call().ends(UNHEARD)
    expect([line.isOpen, line.news]).toEqual([false, 1])
    line.call()
    expect(line.wait(PROBE_LOST_MS - 1).isOpen).toBe(true)
    expect(line.wait(1).isOpen).toBe(false)
  })

  it('lets one call a pause out to a dead buyer once it is open, however many come at once', () => {
    const waits = fc.array(fc.integer({ min: 0, max: 40_000 }), { minLength: 1, maxLength: 80 })
    fc.assert(
      fc.property(waits, fc.integer({ min: 1, max: 20 }), (gaps, atOnce) => {
        const line = new Line()
        let lastProbe = Number.NEGATIVE_INFINITY
        for (const ms of gaps) {
          line.wait(ms)
          const wasOpen = line.circuit.state === 'open'
          let calls = 0
          for (; calls < atOnce && !line.isOpen; calls++) line.call()
          for (let call = 0; call < calls; call++) line.ends(FAILED)
          if (!wasOpen || calls === 0) continue
          expect(calls).toBe(1)
          expect(line.now - lastProbe).toBeGreaterThanOrEqual(FIRST_PAUSE_MS)
          lastProbe = line.now
        }
      }),
      { numRuns: 500 },
    )
  })
})
