/**
 * How fast a client may call, all over the world.
 *
 * Three quarters of the limit are handed out as shares that isolates spend from memory (shares.ts); what is left is given
 * out call by call. So a client that calls from many places now and then is never refused for want of a share, one that
 * calls fast pays a hop now and then, and all together never exceed the limit.
 */

/** Unless an operator says otherwise. */
export const DEFAULT_REQUESTS_PER_SECOND = 100
/** How many auctions of a supplier may run at the same time, unless an operator says otherwise. */
export const DEFAULT_CONCURRENT_AUCTIONS = 1_000

/** @returns how much of a limit may be out in shares */
export function shareableOf(limit: number): number {
  return Math.floor((limit * 3) / 4)
}

/** @returns what an isolate asks for at first: most isolates see a client now and then */
export function firstShareOf(limit: number): number {
  return Math.max(1, Math.floor(limit / 100))
}
