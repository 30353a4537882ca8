/** The buyers of every measure: what they bid, and how long they take where they are meant to be slow. */

export interface BuyerPlan {
  readonly bid: number
  readonly delayMs: number
}

/** The best bidder is neither the first nor the slowest. */
export const BUYERS: readonly BuyerPlan[] = [
  { bid: 100, delayMs: 10 },
  { bid: 110, delayMs: 20 },
  { bid: 120, delayMs: 30 },
  { bid: 90, delayMs: 40 },
  { bid: 80, delayMs: 50 },
]

export const BEST_BUYER = BUYERS.reduce((best, { bid }, index) => (bid > (BUYERS[best]?.bid ?? 0) ? index : best), 0)
export const SLOWEST_PING_MS = Math.max(...BUYERS.map(({ delayMs }) => delayMs))
export const POST_DELAY_MS = 20
