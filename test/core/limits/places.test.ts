import { describe, expect, it } from 'vitest'
import { grantPlaces, type Places, placesAfterRestart, placesToStore } from '../../../src/core/limits/places'

const SECOND = 1_000
const LIMIT = 100

/** A gate that dies after every answer: what it holds is only what it stored. */
class RestartedGate {
  stored: readonly Places[] = []

  ask(holder: string, wanted: number, now: number): number {
    const before = placesAfterRestart(this.stored, now)
    const { places, held } = grantPlaces(before, { holder, wanted, limit: LIMIT, now })
    this.stored = placesToStore(this.stored, held) ?? this.stored
    return places
  }
}

describe('places after a restart', () => {
  it('still count for a holder that may be using them', () => {
    const gate = new RestartedGate()
    expect(gate.ask('a', 60, 0)).toBe(60)
    expect(gate.ask('b', 60, 1 * SECOND)).toBe(40)
    expect(gate.ask('b', 60, 57 * SECOND)).toBe(40)
  })

  it('end for a holder that is gone, however often the gate is asked and restarted meanwhile', () => {
    const gate = new RestartedGate()
    const granted: number[] = []
    for (let at = 0; at < 600; at += 3) granted.push(gate.ask(`isolate ${at}`, 1, at * SECOND))
    expect(granted.every((places) => places === 1)).toBe(true)
    expect(gate.stored.length).toBeLessThanOrEqual(1 + 117 / 3)
  })

  it('are over no later than if they had been granted at the restart', () => {
    const gate = new RestartedGate()
    gate.ask('a', LIMIT, 0)
    expect(gate.ask('b', 1, 56 * SECOND)).toBe(0)
    const [share] = placesAfterRestart(gate.stored, 10 * SECOND)
    expect(share?.until).toBe(67 * SECOND)
  })

  it('of one that renews are stored once a minute', () => {
    const writes = new Set<readonly Places[]>()
    let held: readonly Places[] = []
    let stored: readonly Places[] = []
    for (let at = 0; at < 120; at += 10) {
      held = grantPlaces(held, { holder: 'a', wanted: 5, limit: LIMIT, now: at * SECOND }).held
      stored = placesToStore(stored, held) ?? stored
      writes.add(stored)
    }
    expect(writes.size).toBeLessThanOrEqual(3)
  })
})
