/**
 * What the caps leave, handed out to the edges in shares of pings. A share of the ping caps that an edge never spends is lost for
 * the period: fewer pings than allowed, never more. The caps on leads are not counted by pings; they only say how soon an
 * edge must ask again, so that a ping is told of a cap that its lead would meet.
 */
import type { PingLease } from '../../src/contracts/supplier-gate'
import { type Cap, capWindowStart, type Usage } from '../../src/core/limits/cap'
import type { UsageCounter } from '../usage-counter'

/** How long an edge may hold a share, and how soon it asks again after a refusal. */
const LEASE_MS = 10_000

export interface PingLeaseRequest {
  readonly campaignId: string
  readonly pingCaps: readonly Cap[]
  /** On the leads of the campaign, and on what is paid for them. */
  readonly leadCaps: readonly Cap[]
  readonly wanted: number
  /** Milliseconds since 1970. */
  readonly now: number
}

export function leasePings(usage: UsageCounter, request: PingLeaseRequest): PingLease {
  const { campaignId, pingCaps, leadCaps, wanted, now } = request
  const scope = `pings ${campaignId}`
  const left = [
    ...pingCaps.map((cap) => leftOf(cap, usage.since(scope, capWindowStart(cap, now)))),
    ...leadCaps.map((cap) => leftOf(cap, usage.since(campaignId, capWindowStart(cap, now)))),
  ]
  const granted = Math.max(0, Math.min(wanted, shareOf(Math.min(...left, Number.MAX_SAFE_INTEGER))))
  if (granted > 0 && pingCaps.length > 0) usage.add({ scope, at: now, count: granted, amountMicros: 0 })
  // A share must not be spent in a period that it was not counted in.
  const soonest = Math.min(...[...pingCaps, ...leadCaps].map((cap) => nextStart(cap, now)), now + LEASE_MS)
  return { granted, until: soonest }
}

/** How many more a cap lets in; of an amount that is not used up, nobody knows how many it is good for. */
function leftOf({ count, amountMicros }: Cap, used: Usage): number {
  if (amountMicros !== null && used.amountMicros >= amountMicros) return 0
  return count === null ? Number.MAX_SAFE_INTEGER : count - used.count
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
