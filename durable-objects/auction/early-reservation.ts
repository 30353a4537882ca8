/**
 * The likely winner's reservation, asked for while the last buyer is still out, so that it is not on the way from the close to
 * the post.
 *
 * At most one an auction, and none where the buyers answer together: a guess that proves wrong costs two calls and the place
 * that it held for a moment. It is the same reservation as the one after the close would be, by auction and attempt.
 */
import type { HoldingAccountRpc, ReserveRequest } from '../../src/contracts/buyer-account'

interface Asked {
  readonly buyerId: string
  readonly account: HoldingAccountRpc
  readonly request: ReserveRequest
  readonly isGranted: Promise<boolean>
}

export class EarlyReservation {
  #asked: Asked | null = null
  #isPlanned = false
  #timer: ReturnType<typeof setTimeout> | null = null

  /** Calls once, so many ms after the first plan, unless the window is closed by then. */
  plan(afterMs: number, ask: () => void): void {
    if (this.#isPlanned || !Number.isFinite(afterMs)) return
    this.#isPlanned = true
    this.#timer = setTimeout(ask, afterMs)
  }

  /** Asks, and waits for nothing. */
  ask(buyerId: string, account: HoldingAccountRpc, request: ReserveRequest): void {
    // What cannot be had early is asked for again at its time.
    const isGranted = account.reserve(request).then(
      ({ granted }) => granted,
      () => false,
    )
    this.#asked = { buyerId, account, request, isGranted }
  }

  /**
   * Uses what was asked for, if this is it.
   *
   * @returns whether the reservation is held; where it is not, it has to be asked for
   */
  async take(buyerId: string, request: ReserveRequest): Promise<boolean> {
    const asked = this.#asked
    if (asked === null || asked.buyerId !== buyerId) return false
    this.#asked = null
    const isGranted = await asked.isGranted
    // Of another contract of the same buyer: the account puts the new bid in the old one's place.
    return isGranted && isSame(asked.request, request)
  }

  /** Gives back what nobody took. @throws where the account cannot be told; it asks by itself in time */
  async drop(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer)
    // With it goes all that it would have asked about.
    this.#timer = null
    const asked = this.#asked
    this.#asked = null
    if (asked === null) return
    const { auctionId, attempt, at } = asked.request
    await asked.account.release(auctionId, attempt, at)
  }
}

function isSame(asked: ReserveRequest, wanted: ReserveRequest): boolean {
  return (
    asked.contractId === wanted.contractId &&
    asked.priceMicros === wanted.priceMicros &&
    asked.attempt === wanted.attempt
  )
}
