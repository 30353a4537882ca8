/**
 * How a limit of so many at the same time is kept by isolates that know nothing of each other: each holds some places, uses
 * them from memory, and the places of all together never exceed the limit.
 *
 * A holder lowers what it uses to what it asks for before it asks; so a share that shrinks is free at once. One that is not
 * renewed counts until everything that was begun in it must be over.
 */

/** How long a holder may begin something in its places, counted from before it asked. */
export const PLACES_LIFE_MS = 12_000
/** Longer than any auction bids. */
const LONGEST_MS = 45_000
/** For how long ahead shares are stored, so that a holder in use costs a row a minute. */
const STORED_AHEAD_MS = 60_000

export interface Places {
  readonly holder: string
  readonly places: number
  /** When they cease to count, ms since 1970. */
  readonly until: number
}

export interface PlacesRequest {
  readonly holder: string
  /** At least as many as the holder uses now. */
  readonly wanted: number
  /** Of all holders together. */
  readonly limit: number
  readonly now: number
}

export interface PlacesGrant {
  readonly places: number
  /** Everything that counts from now on. */
  readonly held: readonly Places[]
}

/** @returns as many as are wanted, or as the others leave */
export function grantPlaces(held: readonly Places[], { holder, wanted, limit, now }: PlacesRequest): PlacesGrant {
  const others = held.filter((share) => share.until > now && share.holder !== holder)
  const places = Math.max(0, Math.min(wanted, limit - others.reduce((sum, share) => sum + share.places, 0)))
  if (places === 0) return { places, held: others }
  return { places, held: [...others, { holder, places, until: now + PLACES_LIFE_MS + LONGEST_MS }] }
}

/**
 * What must be stored before a grant is given out, so that a restart forgets none of it.
 *
 * @returns null where what is stored covers it already
 */
export function placesToStore(stored: readonly Places[], held: readonly Places[]): readonly Places[] | null {
  const kept = held.map((share) => stored.find((other) => covers(other, share)))
  if (kept.every((share) => share !== undefined)) return null
  // Only what is new is stored for longer: a holder that is gone must not be given more time by everyone who comes after it.
  return held.map((share, index) => kept[index] ?? { ...share, until: share.until + STORED_AHEAD_MS })
}

function covers(stored: Places, { holder, places, until }: Places): boolean {
  return stored.holder === holder && stored.places >= places && stored.until >= until
}

/** @returns what counts after a restart: what was granted before it is over no later than what would be granted now */
export function placesAfterRestart(stored: readonly Places[], now: number): readonly Places[] {
  const latest = now + PLACES_LIFE_MS + LONGEST_MS
  return stored.filter(({ until }) => until > now).map((share) => ({ ...share, until: Math.min(share.until, latest) }))
}

/** Below that limit, places are given back as soon as they are not used: others may be waiting for one. */
const FEW = 100

/** Whether an isolate keeps places that it does not use. */
export function keepsPlaces(limit: number): boolean {
  return limit >= FEW
}

/** @returns what an isolate asks for at first */
export function firstPlacesOf(limit: number): number {
  return keepsPlaces(limit) ? Math.floor(limit / FEW) : 1
}
