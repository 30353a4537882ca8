/**
 * What the ping caps leave, handed out to the edges in shares. A share that an edge never spends is lost for the period:
 * fewer pings than allowed, never more.
 */
import type { PingLease } from '../../src/contracts/objects'
import { type Cap, capWindowStart } from '../../src/core/limits/cap'
import type { UsageCounter } from '../usage-counter'

/** How long an edge may hold a share, and how soon it asks again after a refusal. */
const LEASE_MS = 10_000

export function leasePings(
  usage: UsageCounter,
  scope: string,
  caps: readonly Cap[],
  request: { readonly wanted: number; readonly now: number },
): PingLease {
  const { wanted, now } = request
  const left = caps
    .filter(({ count }) => count !== null)
    .map((cap) => (cap.count ?? 0) - usage.since(scope, capWindowStart(cap, now)).count)
  const granted = Math.max(0, Math.min(wanted, shareOf(Math.min(...left, Number.MAX_SAFE_INTEGER))))
  if (granted > 0) usage.add({ scope, at: now, count: granted, amountMicros: 0 })
  // A share must not be spent in a period that it was not counted in.
  const soonest = Math.min(...caps.map((cap) => nextStart(cap, now)), now + LEASE_MS)
  return { granted, until: soonest }
}

/** While much is left, an edge takes what it wants; near the cap the shares shrink, so that little is lost with an edge. */
function shareOf(left: number): number {
  return left <= 10 ? Math.min(left, 1) : Math.ceil(left / 10)
}

function nextStart(cap: Cap, now: number): number {
  const start = capWindowStart(cap, now)
  for (let at = now; at <= now + LEASE_MS; at += 1_000) if (capWindowStart(cap, at) !== start) return at
  return Number.POSITIVE_INFINITY
}
