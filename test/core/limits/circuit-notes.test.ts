import { describe, expect, it } from 'vitest'
import { type CircuitNote, healthOf, withNote } from '../../../src/core/limits/circuit-notes'

const START = 1_795_176_000_000
const MINUTE = 60_000

function note(overrides: Partial<CircuitNote> = {}): CircuitNote {
  return {
    isolate: 'one',
    contractId: 'con_a',
    call: 'ping',
    state: 'open',
    since: START,
    failures: 10,
    lastReason: 'timed_out',
    until: START + 30_000,
    ...overrides,
  }
}
const closed = (overrides: Partial<CircuitNote> = {}) => note({ state: 'closed', until: null, ...overrides })

/** @returns what is shown after these notes were made, in their order */
function shown(notes: readonly CircuitNote[], now: number) {
  return healthOf(
    notes.reduce<readonly CircuitNote[]>((known, next) => withNote(known, next, START), []),
    now,
  )
}

describe('what an operator is shown of a contract', () => {
  it('is since when it is skipped, why, and until when', () => {
    expect(shown([note()], START + 1_000)).toEqual([
      {
        contractId: 'con_a',
        call: 'ping',
        state: 'open',
        since: START,
        failures: 10,
        lastReason: 'timed_out',
        until: START + 30_000,
        isolates: 1,
      },
    ])
  })

  it('is that it is being probed once its pause is over', () => {
    expect(shown([note()], START + 30_000)).toMatchObject([{ state: 'half_open', isolates: 1 }])
  })

  it('is the worst that any isolate sees, and how many see it', () => {
    const notes = [
      closed({ isolate: 'one' }),
      note({ isolate: 'two', lastReason: 'HTTP 503' }),
      note({ isolate: 'three', until: START }),
    ]
    expect(shown(notes, START + 1_000)).toMatchObject([{ state: 'open', lastReason: 'HTTP 503', isolates: 2 }])
  })

  it('is that it has recovered, when, and what was the matter', () => {
    const notes = [note(), closed({ since: START + 45_000, failures: 11 })]
    expect(shown(notes, START + MINUTE)).toMatchObject([
      { state: 'closed', since: START + 45_000, lastReason: 'timed_out', until: null, isolates: 0 },
    ])
    expect(shown(notes, START + 25 * 60 * MINUTE)).toEqual([])
  })

  it('is apart for its pings and its posts, and for each contract', () => {
    const notes = [note(), note({ call: 'post', lastReason: 'HTTP 500' }), note({ contractId: 'con_b' }), closed()]
    expect(shown(notes, START)).toMatchObject([
      { contractId: 'con_a', call: 'post', lastReason: 'HTTP 500' },
      { contractId: 'con_b', call: 'ping' },
    ])
  })

  it('is not what an isolate said that has not been heard of since', () => {
    expect(shown([note()], START + 11 * MINUTE)).toEqual([])
  })
})

it('notes are kept of each circuit once, and of no more than fit', () => {
  let notes: readonly CircuitNote[] = []
  for (let index = 0; index < 700; index++) notes = withNote(notes, note({ isolate: `isolate-${index}` }), START)
  expect(notes).toHaveLength(500)
  expect(notes.at(-1)?.isolate).toBe('isolate-699')
  for (let index = 0; index < 50; index++) notes = withNote(notes, note({ failures: index }), START)
  expect(notes.filter(({ isolate }) => isolate === 'one')).toHaveLength(1)
})
