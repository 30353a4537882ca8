/** From a cap as operators write it to the cap that is decided by. Pure. */
import type { BuyerSettings } from '../contracts/buyer'
import { amountToMicros } from '../contracts/money'
import type { Cap } from '../core/limits/cap'

type CapSettings = BuyerSettings['caps'][number]

/** A cap that names no zone is counted in UTC. */
export const DEFAULT_ZONE = 'UTC'

export function compileCap(cap: CapSettings): Cap {
  return {
    period: cap.period,
    timeZone: cap.timezone ?? DEFAULT_ZONE,
    count: cap.count ?? null,
    amountMicros: cap.amount === undefined ? null : amountToMicros(cap.amount),
  }
}
