import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inTurn, MOST_BEHIND, soldTo } from '../../../src/core/limits/rotation'

const IDS = ['a', 'b', 'c']
const NOTHING = new Map<string, number>()

/** Sells one lead after the other. @param takes whether a contract takes the lead that is offered to it */
function sellInTurn(leads: number, takes: (id: string, lead: number) => boolean, ids = IDS) {
  const sold = new Map<string, number>()
  const order: string[] = []
  for (let lead = 0; lead < leads; lead++) {
    const buyer = inTurn(ids, sold, NOTHING).find((id) => takes(id, lead))
    if (buyer === undefined) continue
    sold.set(buyer, soldTo(buyer, sold) + 1)
    order.push(buyer)
  }
  return { order, countOf: (id: string) => order.filter((buyer) => buyer === id).length }
}

describe('turns', () => {
  it('go round', () => {
    expect(sellInTurn(7, () => true).order.join('')).toBe('abcabca')
  })

  it('come back to who declined, until it has as many as the others', () => {
    const { order, countOf } = sellInTurn(30, (id, lead) => id !== 'b' || lead > 9)
    expect(order.slice(0, 10).join('')).toBe('acacacacac')
    expect(IDS.map(countOf)).toEqual([10, 10, 10])
  })

  it('are equal in the end, whoever declines what, as long as nobody falls too far behind', () => {
    const declines = fc.array(fc.tuple(fc.constantFrom(...IDS), fc.integer({ min: 0, max: 200 })), {
      maxLength: MOST_BEHIND,
    })
    fc.assert(
      fc.property(declines, (all) => {
        const { countOf } = sellInTurn(300, (id, lead) => !all.some(([who, when]) => who === id && when === lead))
        const counts = IDS.map(countOf)
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('do not all go to a buyer that was away for long, or is new', () => {
    const { order } = sellInTurn(1_000, (id, lead) => id !== 'c' || lead >= 900)
    const back = order.slice(900)
    expect(back.slice(0, MOST_BEHIND).every((id) => id === 'c')).toBe(true)
    expect(back.slice(MOST_BEHIND, MOST_BEHIND + 9).filter((id) => id === 'c').length).toBeLessThanOrEqual(4)
  })

  it('that are under way count, so that auctions at once go round as well', () => {
    const underWay = new Map<string, number>()
    const sold = new Map([
      ['a', 500],
      ['b', 500],
    ])
    const taken = Array.from({ length: 60 }, () => {
      const [first = ''] = inTurn(IDS, sold, underWay)
      underWay.set(first, (underWay.get(first) ?? 0) + 1)
      return first
    })
    const counts = IDS.map((id) => taken.filter((first) => first === id).length)
    // The new one catches up with twenty, and is then one of three.
    expect(counts).toEqual([14, 13, 33])
  })
})
