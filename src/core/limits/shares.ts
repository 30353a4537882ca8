/**
 * How a limit of so many pings a second is kept by isolates that know nothing of each other: each holds a share of the limit
 * for some seconds, and the shares of all together never exceed it.
 *
 * A share that has ended still counts for a while, so that what its holder sent in its last second, and what was then still on
 * its way, is never added to what the next holder sends. Whoever hears an answer late, or never, may go on with what it was
 * given before: an older share of a holder counts until its own end, and the larger one counts.
 */

export const DEFAULT_PINGS_PER_SECOND = 100
/** How long a holder may use a share, counted from before it asked. */
export const SHARE_LIFE_MS = 12_000
/** How long a ping may take to reach the buyer before it may be counted in the wrong second. */
export const DELIVERY_MS = 250
const COUNTED_MS = SHARE_LIFE_MS + 1_000 + DELIVERY_MS
/** For how long ahead it is stored that shares are out, so that a buyer in use costs a row a minute. */
const STORED_AHEAD_MS = 60_000

export interface Share {
  readonly holder: string
  readonly perSecond: number
  /** When it ceases to count, ms since 1970. */
  readonly until: number
}

export interface ShareRequest {
  readonly holder: string
  readonly wanted: number
  /** Pings a second, of all holders together. */
  readonly limit: number
  readonly now: number
}

export interface ShareGrant {
  /** 0 where the others have it all. */
  readonly perSecond: number
  /** Everything that counts from now on. */
  readonly shares: readonly Share[]
}

/** @returns as much as is wanted, or as the others leave */
export function grantShare(shares: readonly Share[], { holder, wanted, limit, now }: ShareRequest): ShareGrant {
  const live = shares.filter(({ until }) => until > now)
  const left = limit - sumOfShares(live.filter((share) => share.holder !== holder))
  const perSecond = Math.max(0, Math.min(wanted, left))
  if (perSecond === 0) return { perSecond, shares: live }
  const kept = live.filter((share) => share.holder !== holder || share.perSecond > perSecond)
  return { perSecond, shares: [...kept, { holder, perSecond, until: now + COUNTED_MS }] }
}

/** @param shares that count now */
export function sumOfShares(shares: readonly Share[]): number {
  const largest = new Map<string, number>()
  for (const { holder, perSecond } of shares) largest.set(holder, Math.max(perSecond, largest.get(holder) ?? 0))
  return [...largest.values()].reduce((sum, perSecond) => sum + perSecond, 0)
}

/** What survives a restart of whoever grants. */
export interface StoredShares {
  readonly shares: readonly Share[]
  /** Until then there may be others, with those that are stored at most as much as may be out unstored. */
  readonly othersUntil: number
}

/** Of a limit, what may be out without that it is stored whose it is. */
const UNSTORED_PART = 10

/** @returns how much of a limit a restart leaves alone, a tenth, in exchange for a row a minute where little is sent */
export function unstoredOf(limit: number): number {
  return Math.floor(limit / UNSTORED_PART)
}

/**
 * What must be stored before a grant is given out: all shares, once they are more than may be out unstored. Up to that, only that
 * there are some, since a restart then leaves as much of the limit alone for as long as they may live. Objects restart
 * whenever nobody called them for ten seconds: what is left alone is missing then.
 *
 * @param unstored pings or requests a second; with 0, each grant is stored
 * @returns null where what is stored already will do
 */
export function sharesToStore(
  stored: StoredShares | null,
  shares: readonly Share[],
  { unstored, now }: { readonly unstored: number; readonly now: number },
): StoredShares | null {
  const isCovered = stored !== null && stored.othersUntil >= now + COUNTED_MS
  if (isCovered && sumOfShares(shares) <= unstored) return null
  return { shares, othersUntil: isCovered ? stored.othersUntil : now + STORED_AHEAD_MS }
}

/** Nobody's: what may have been given out and was not stored. */
const OTHERS = ''

/** @param unstored as when they were stored @returns what counts after a restart */
export function sharesAfterRestart(stored: StoredShares | null, unstored: number, now: number): readonly Share[] {
  if (stored === null) return []
  const live = stored.shares.filter(({ until }) => until > now)
  const perSecond = unstored - sumOfShares(live)
  const until = Math.min(stored.othersUntil, now + COUNTED_MS)
  return perSecond <= 0 || until <= now ? live : [...live, { holder: OTHERS, perSecond, until }]
}
