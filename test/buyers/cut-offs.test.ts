import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { CutOffs } from '../../src/buyers/cut-offs'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

describe('the cut-offs of an auction', () => {
  it('give calls that end at the same moment one timer and one signal', () => {
    const cutOffs = new CutOffs()
    const [first, second] = [cutOffs.enter(100), cutOffs.enter(100)]
    expect(second.signal).toBe(first.signal)
    expect(vi.getTimerCount()).toBe(1)
  })

  it('cut each call off at its own time', async () => {
    const cutOffs = new CutOffs()
    const [short, long] = [cutOffs.enter(100), cutOffs.enter(200)]
    const broken = expect(short.broken).rejects.toThrow('timed_out')
    vi.advanceTimersByTime(150)
    await broken
    expect([short.cut, long.cut]).toEqual(['timed_out', null])
    expect([short.signal.aborted, long.signal.aborted]).toEqual([true, false])
    vi.advanceTimersByTime(100)
    expect(long.cut).toBe('timed_out')
  })

  it('keep the timer until the last of the calls that share it has ended', () => {
    const cutOffs = new CutOffs()
    const [first, second] = [cutOffs.enter(100), cutOffs.enter(100)]
    first.leave()
    expect(vi.getTimerCount()).toBe(1)
    vi.advanceTimersByTime(100)
    expect(second.cut).toBe('timed_out')
    second.leave()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('leave no timer behind where everybody answered, and take the next call for a new one', () => {
    const cutOffs = new CutOffs()
    const first = cutOffs.enter(100)
    first.leave()
    expect(vi.getTimerCount()).toBe(0)
    const second = cutOffs.enter(100)
    expect(second.signal).not.toBe(first.signal)
    vi.advanceTimersByTime(100)
    expect([first.cut, second.cut]).toEqual([null, 'timed_out'])
  })

  it('do not take a call in that comes when its moment is over already', () => {
    const cutOffs = new CutOffs()
    const late = cutOffs.enter(0)
    vi.advanceTimersByTime(0)
    expect(late.cut).toBe('timed_out')
    expect(cutOffs.enter(0).cut).toBeNull()
  })

  it('abort what is still out when they are closed, and nothing that has ended', async () => {
    const cutOffs = new CutOffs()
    const [ended, out] = [cutOffs.enter(100), cutOffs.enter(200)]
    ended.leave()
    const broken = expect(out.broken).rejects.toThrow('aborted')
    cutOffs.close()
    await broken
    expect([ended.cut, out.cut, cutOffs.isClosed]).toEqual([null, 'aborted', true])
    vi.advanceTimersByTime(300)
    expect(out.cut).toBe('aborted')
  })

  it('say it also to who asks after the cut', async () => {
    const cutOffs = new CutOffs()
    const out = cutOffs.enter(100)
    cutOffs.close()
    await expect(out.broken).rejects.toThrow('aborted')
  })
})
