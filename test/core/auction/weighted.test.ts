import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ACCEPTED, aContender, planned, REJECTED } from '../../support/auction-factories'

const DRAWS = 2_000
const WEIGHTS = { a: 1, b: 2, c: 3, d: 4 }

/** One auction whose keyed hashes are its own, as deployed objects make them. */
function weightedAuction(auctionId: string) {
  const contenders = Object.entries(WEIGHTS).map(([id, weight]) => {
    const tieBreak = createHmac('sha256', 'key').update(`tie break\n${auctionId}\nbuy_${id}`).digest('hex')
    return aContender(id, { weight, tieBreak, pings: false })
  })
  return planned({ distribution: 'weighted', contenders }).do({ type: 'open' })
}

/** Within four standard deviations: one run in thousands would be outside by chance, and these runs are always the same. */
function expectProportional(drawn: readonly string[], weights: { readonly [id: string]: number }): void {
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0)
  for (const [id, weight] of Object.entries(weights)) {
    const share = weight / total
    const count = drawn.filter((winner) => winner === id).length
    const deviation = Math.sqrt(drawn.length * share * (1 - share))
    expect(Math.abs(count - drawn.length * share), `${id}: ${count} of ${drawn.length}`).toBeLessThan(4 * deviation)
  }
}

describe('a weighted distribution', () => {
  it('sells in proportion to the weights', () => {
    const winners = Array.from({ length: DRAWS }, (_, index) => {
      const story = weightedAuction(`auction ${index}`)
      const [first] = story.attempts
      if (first === undefined) throw new Error('nobody was tried')
      story.grants(first.contractId).posts(first.contractId, ACCEPTED)
      return Object.entries(story.stages).find(([, stage]) => stage === 'accepted')?.[0] ?? ''
    })
    expectProportional(winners, WEIGHTS)
  })

  it('goes on after a no in proportion to the weights of those that are left', () => {
    const seconds: string[] = []
    for (let index = 0; index < DRAWS * 3; index++) {
      const story = weightedAuction(`another ${index}`)
      if (story.attempts[0]?.contractId !== 'd') continue
      story.grants('d').posts('d', REJECTED)
      seconds.push(story.attempts[1]?.contractId ?? '')
    }
    const { d: _, ...left } = WEIGHTS
    expectProportional(seconds, left)
  })

  it('draws the same for the same auction, however often it is asked', () => {
    const order = () => weightedAuction('auction 7').state
    expect(order()).toEqual(order())
  })
})
