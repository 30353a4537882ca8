/**
 * How many auctions of a supplier this isolate may run at the same time: places from the supplier's gate, used from memory,
 * so that a ping or lead pays a hop for one now and then.
 */
import type { PlacesAnswer, SupplierGateRpc } from '../../contracts/supplier-gate'
import { firstPlacesOf, keepsPlaces } from '../../core/limits/places'

/** Places in use are renewed behind the auctions, this long before they end. */
const RENEW_BEFORE_MS = 2_000
/** How long it is taken for true that there is no more. */
const REFUSED_MS = 50
/** A gate that does not answer for so long is asked by somebody else: a call may die with the request that made it. */
const ASKING_MS = 500
const MAX_WAIT_MS = 1_000
/** How long an isolate goes on by itself once a gate could not be asked. */
const ALONE_MS = 1_000
const MAX_SUPPLIERS = 10_000

export interface AuctionPlacesParts {
  readonly now: () => number
  /** Names this isolate to gates. */
  readonly isolate: string
  readonly gate: (tenantId: string, supplierId: string) => Pick<SupplierGateRpc, 'askPlaces'>
  /** Keeps work alive behind an answer: `waitUntil`. */
  readonly keepAlive: (work: Promise<unknown>) => void
  readonly log: (event: string, details: { readonly [name: string]: string }) => void
}

export interface PlaceOwner {
  readonly tenantId: string
  readonly supplierId: string
  /** How many auctions of the supplier may run at the same time, all over the world. */
  readonly limit: number
}

/** One supplier, as this isolate knows it. */
class Held {
  places = 0
  until = 0
  refusedUntil = 0
  running = 0
  waiting = 0
  /** The most that ran at once since the places were last renewed. */
  peak = 0
  asking: { readonly since: number; readonly done: Promise<void> } | null = null
}

export class AuctionPlaces {
  readonly #parts: AuctionPlacesParts
  readonly #held = new Map<string, Held>()

  constructor(parts: AuctionPlacesParts) {
    this.#parts = parts
  }

  /** Takes a place; who gets one says when the auction has ended. @returns false where all are taken */
  begin(owner: PlaceOwner): boolean | Promise<boolean> {
    const now = this.#parts.now()
    const held = this.#heldOf(owner)
    if (now >= held.until - RENEW_BEFORE_MS && now < held.until && !isAsking(held, now)) {
      this.#parts.keepAlive(this.#ask(owner, held, Math.max(held.peak, held.running)))
    }
    return beginNow(held, owner, now) || (now < held.refusedUntil ? false : this.#wait(owner, held))
  }

  end(owner: PlaceOwner): void {
    const held = this.#heldOf(owner)
    held.running -= 1
    if (keepsPlaces(owner.limit) || held.waiting > 0 || isAsking(held, this.#parts.now())) return
    this.#parts.keepAlive(this.#ask(owner, held, held.running))
  }

  async #wait(owner: PlaceOwner, held: Held): Promise<boolean> {
    const { now } = this.#parts
    const giveUpAt = now() + MAX_WAIT_MS
    held.waiting += 1
    try {
      for (let at = now(); at < giveUpAt; at = now()) {
        const needed = held.running + held.waiting
        const wanted = keepsPlaces(owner.limit) ? Math.max(needed, 2 * held.places, firstPlacesOf(owner.limit)) : needed
        await (isAsking(held, at) ? asked(held) : this.#ask(owner, held, wanted))
        if (beginNow(held, owner, now())) return true
        if (now() < held.refusedUntil) return false
      }
      return false
    } finally {
      held.waiting -= 1
    }
  }

  #ask(owner: PlaceOwner, held: Held, wanted: number): Promise<void> {
    const since = this.#parts.now()
    // What is not asked for is not used from here on: the gate may give it to others at once.
    held.places = Math.min(held.places, wanted)
    const done = this.#askGate(owner, held, { wanted, since }).finally(() => {
      if (held.asking?.done === done) held.asking = null
    })
    held.asking = { since, done }
    return done
  }

  async #askGate(owner: PlaceOwner, held: Held, { wanted, since }: { wanted: number; since: number }): Promise<void> {
    const { now, isolate, gate, log } = this.#parts
    const { tenantId, supplierId, limit } = owner
    try {
      const answer: PlacesAnswer = await gate(tenantId, supplierId).askPlaces({ holder: isolate, wanted, limit })
      // An answer that was overtaken by a newer question: what that one knows is not known here.
      if (held.asking !== null && held.asking.since !== since) return
      held.places = answer.places
      held.until = since + answer.lifeMs
      held.peak = held.running
      if (held.running >= answer.places && held.waiting > 0) held.refusedUntil = now() + REFUSED_MS
    } catch (error) {
      held.places = limit
      held.until = now() + ALONE_MS
      if (held.running >= limit) held.refusedUntil = now() + REFUSED_MS
      log('places_failed', { supplierId, error: error instanceof Error ? error.name : 'unknown' })
    }
  }

  #heldOf({ tenantId, supplierId }: PlaceOwner): Held {
    const key = `${tenantId}/${supplierId}`
    const known = this.#held.get(key)
    if (known !== undefined) return known
    if (this.#held.size >= MAX_SUPPLIERS) this.#forgetIdle()
    const held = new Held()
    this.#held.set(key, held)
    return held
  }

  #forgetIdle(): void {
    for (const [key, { running, waiting }] of this.#held) if (running + waiting === 0) this.#held.delete(key)
  }
}

function beginNow(held: Held, { limit }: PlaceOwner, now: number): boolean {
  if (now >= held.until || held.running >= Math.min(held.places, limit)) return false
  held.running += 1
  held.peak = Math.max(held.peak, held.running)
  return true
}

function isAsking({ asking }: Held, now: number): boolean {
  return asking !== null && now < asking.since + ASKING_MS
}

/** Waits for somebody else's question, within limits. */
async function asked(held: Held): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const tooLong = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ASKING_MS)
  })
  await Promise.race([held.asking?.done, tooLong]).finally(() => clearTimeout(timer))
}
