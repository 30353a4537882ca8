/**
 * How many pings a second this isolate may send to each buyer: its share of the buyer's rate, from the buyer's account.
 *
 * A share in memory is a look in a map. The first ping in a while waits for one; one that finds the share used up waits while
 * there may be more to be had, and is turned away once the account has said that there is not. Who waits asks once for all.
 */
import type { BuyerLineAccountRpc } from '../../src/contracts/buyer-line'
import { RecentPings } from './recent-pings'

/** What is asked for at first: most isolates ask a buyer now and then, and what one holds the others cannot have. */
const FIRST_SHARE = 2
/** Beyond what was needed lately, so that a little more traffic does not have to ask again. */
const MARGIN = 1.25
/** A share in use is renewed behind the pings, this long before it ends. */
const RENEW_BEFORE_MS = 2_000
/** How long it is taken for true that there is no more. */
const REFUSED_MS = 1_000
/** An account that does not answer for so long is asked by somebody else: a call may die with the object that made it. */
const ASKING_MS = 500
/** How long a ping waits for leave in all. */
const MAX_WAIT_MS = 1_000
const MAX_BUYERS = 5_000

export interface PingRatesServices {
  readonly now: () => number
  /** Names this isolate to accounts. */
  readonly isolate: string
  readonly account: (tenantId: string, buyerId: string) => BuyerLineAccountRpc
  readonly log: (event: string, details: { readonly [name: string]: string | number }) => void
}

export interface BuyerName {
  readonly tenantId: string
  readonly buyerId: string
}

/** Leave to send one ping. */
export interface PingPermit {
  /** The ping leaves now. */
  sent(): void
  /** Its answer is here. */
  answered(): void
  /** Ends it; gives the place back where nothing was sent. */
  release(): void
}

/** One buyer, as this isolate knows it. */
class Rate {
  readonly buyer: BuyerName
  readonly recent = new RecentPings()
  perSecond = 0
  /** Until when the share may be used. */
  until = 0
  /** Until when it is known that there is no more to be had. */
  refusedUntil = 0
  /** The most that counted at once since the share was last renewed. */
  peak = 0
  waiting = 0
  asking: { readonly since: number; readonly done: Promise<void> } | null = null

  constructor(buyer: BuyerName) {
    this.buyer = buyer
  }
}

export class PingRates {
  readonly #services: PingRatesServices
  readonly #rates = new Map<string, Rate>()

  constructor(services: PingRatesServices) {
    this.#services = services
  }

  /** A ping will come shortly: asks for a share meanwhile, where there is none. */
  prepare(buyer: BuyerName): void {
    const now = this.#services.now()
    const rate = this.#rateOf(buyer, now)
    if (now >= rate.until && now >= rate.refusedUntil && !isAsking(rate, now)) void this.#ask(rate, FIRST_SHARE)
  }

  /** @returns null where the buyer's rate is used up; a promise only where somebody has to be asked */
  take(buyer: BuyerName): PingPermit | null | Promise<PingPermit | null> {
    const now = this.#services.now()
    const rate = this.#rateOf(buyer, now)
    if (now >= rate.until - RENEW_BEFORE_MS && now < rate.until && !isAsking(rate, now)) {
      void this.#ask(rate, Math.ceil(rate.peak * MARGIN))
    }
    return this.#takeNow(rate, now) ?? (now < rate.refusedUntil ? null : this.#wait(rate))
  }

  #takeNow(rate: Rate, now: number): PingPermit | null {
    if (now >= rate.until || !rate.recent.take(rate.perSecond, now)) return null
    rate.peak = Math.max(rate.peak, rate.recent.countAt(now))
    return permitOf(rate, this.#services.now)
  }

  async #wait(rate: Rate): Promise<PingPermit | null> {
    const giveUpAt = this.#services.now() + MAX_WAIT_MS
    rate.waiting += 1
    try {
      for (let now = this.#services.now(); now < giveUpAt; now = this.#services.now()) {
        const needed = rate.recent.countAt(now) + rate.waiting
        const wanted = Math.max(needed, 2 * rate.perSecond, FIRST_SHARE)
        await (isAsking(rate, now) ? this.#asked(rate) : this.#ask(rate, wanted))
        const permit = this.#takeNow(rate, this.#services.now())
        if (permit !== null || this.#services.now() < rate.refusedUntil) return permit
      }
      return null
    } finally {
      rate.waiting -= 1
    }
  }

  /** Waits for somebody else's question, within limits. */
  async #asked(rate: Rate): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined
    const tooLong = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ASKING_MS)
    })
    await Promise.race([rate.asking?.done, tooLong]).finally(() => clearTimeout(timer))
  }

  #ask(rate: Rate, wanted: number): Promise<void> {
    const since = this.#services.now()
    const done = this.#askAccount(rate, Math.max(wanted, 1), since).finally(() => {
      if (rate.asking?.done === done) rate.asking = null
    })
    rate.asking = { since, done }
    return done
  }

  /** The share lives from before it was asked for, so that it never outlives what the account counts. */
  async #askAccount(rate: Rate, wanted: number, askedAt: number): Promise<void> {
    const { tenantId, buyerId } = rate.buyer
    try {
      const account = this.#services.account(tenantId, buyerId)
      const { perSecond, limit, lifeMs } = await account.sharePings({ holder: this.#services.isolate, wanted })
      // An answer that was overtaken by a newer one.
      if (askedAt + lifeMs < rate.until) return
      rate.perSecond = perSecond
      rate.until = askedAt + lifeMs
      // Whoever has it all need not ask before the share is renewed.
      if (perSecond >= limit) rate.refusedUntil = rate.until - RENEW_BEFORE_MS
      else if (perSecond < wanted) rate.refusedUntil = this.#services.now() + REFUSED_MS
      rate.peak = rate.recent.countAt(this.#services.now())
    } catch (error) {
      // A buyer that nobody can count for is not pinged: neither could it be sold to.
      rate.refusedUntil = this.#services.now() + REFUSED_MS
      this.#services.log('ping_share_failed', { buyerId, error: error instanceof Error ? error.name : 'unknown' })
    }
  }

  #rateOf(buyer: BuyerName, now: number): Rate {
    const key = `${buyer.tenantId}/${buyer.buyerId}`
    const known = this.#rates.get(key)
    if (known !== undefined) return known
    if (this.#rates.size >= MAX_BUYERS) this.#forgetIdle(now)
    const rate = new Rate(buyer)
    this.#rates.set(key, rate)
    return rate
  }

  /** What was sent long enough ago that it cannot count any more. */
  #forgetIdle(now: number): void {
    for (const [key, rate] of this.#rates) {
      if (now >= rate.until && rate.waiting === 0 && rate.recent.countAt(now) === 0) this.#rates.delete(key)
    }
  }
}

function isAsking({ asking }: Rate, now: number): boolean {
  return asking !== null && now < asking.since + ASKING_MS
}

function permitOf({ recent }: Rate, now: () => number): PingPermit {
  let slot: number | null = null
  return {
    sent: () => {
      slot = recent.sent(now())
    },
    answered: () => {
      if (slot !== null) recent.answered(slot, now())
    },
    release: () => {
      if (slot === null) recent.giveBack()
    },
  }
}
