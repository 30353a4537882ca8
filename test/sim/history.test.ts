import { describe, expect, it } from 'vitest'
import { Chance } from '../../sim/engine/chance'
import { runHistory } from '../../sim/run/history'
import { readTape, writeTape } from '../../sim/run/tape'

function played(chance: Chance): readonly string[] {
  const story: string[] = []
  const { failure } = runHistory(chance, story)
  return [...story, failure ?? 'well']
}

describe('a history', () => {
  it('is the same for the same seed, and for what was drawn by it', () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const chance = Chance.ofSeed(seed, true)
      const story = played(chance)
      expect(played(Chance.ofSeed(seed))).toEqual(story)
      expect(played(Chance.ofTape(readTape(writeTape(chance.drawn))))).toEqual(story)
    }
  })

  it('is calm where everything that is drawn is zero: one lead, sold at once', () => {
    const { failure, takes, crashes, faults } = runHistory(Chance.ofTape([]))
    expect({ failure, takes, crashes, faults }).toEqual({ failure: null, takes: 1, crashes: 0, faults: 0 })
  })

  it('meets, in some hundreds, everything that the simulator is for', () => {
    const stories = Array.from({ length: 400 }, (_, index) => played(Chance.ofSeed(index + 1)).join('\n'))
    const all = stories.join('\n')
    for (const words of [
      'dies with writes that are not durable',
      'post lost before it arrives',
      'calls gate: late',
      'message doubled',
      'message lost',
      'offer_taken',
      'offer_expired',
      'parked',
      'resolved',
      'try 3',
      'settled sold',
      'settled unsold',
      'hears duplicate',
      'hears capped',
      'hears conflict',
      'hear approved of return-1',
      'hear already_returned',
    ]) {
      expect(all).toContain(words)
    }
  })
})

describe('a tape', () => {
  it('is refused where it is none, in words', () => {
    expect(() => readTape('1.x.3')).toThrow('--replay: expected numbers as printed, found "x"')
    expect(readTape(writeTape([0, 5, 0, 0, 7, 0]))).toEqual([0, 5, 0, 0, 7])
  })
})
