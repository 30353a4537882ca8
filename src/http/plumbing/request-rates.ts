/**
 * How many requests a second this isolate lets through for each client: its share of the client's rate, from the client's
 * gate.
 *
 * A share in memory is a look in a map. A request that finds it used up waits for the gate, and is turned away once the gate
 * has said that there is no more; who waits asks once for all. While a gate cannot be asked, an isolate holds the limit by
 * itself: the limit guards against too much, and must not be what stops everything.
 */
import type { ClientGateRpc } from '../../contracts/client-gate'
import { firstShareOf } from '../../core/limits/request-rate'
import { SlidingSecond } from '../../core/limits/sliding-second'
import type { RateClient, RateVerdict, RequestLimiter } from '../services'

/** Beyond what was needed lately, so that a little more traffic does not have to ask again. */
const MARGIN = 1.25
/** A share in use is renewed behind the requests, this long before it ends. */
const RENEW_BEFORE_MS = 2_000
/** How long it is taken for true that there is no more. */
const REFUSED_MS = 100
/** A permit that took longer on its way may be counted in the wrong second. */
const PERMIT_LIFE_MS = 250
/** A gate that does not answer for so long is asked by somebody else: a call may die with the request that made it. */
const ASKING_MS = 500
const MAX_WAIT_MS = 1_000
/** How long an isolate goes on by itself once a gate could not be asked. */
const ALONE_MS = 1_000
const MAX_CLIENTS = 10_000

export interface RequestRatesParts {
  readonly now: () => number
  /** Names this isolate to gates. */
  readonly isolate: string
  readonly gate: (tenantId: string, clientId: string) => Pick<ClientGateRpc, 'askRate'>
  /** Keeps work alive behind an answer: `waitUntil`. */
  readonly keepAlive: (work: Promise<unknown>) => void
  readonly log: (event: string, details: { readonly [name: string]: string }) => void
}

/** One client, as this isolate knows it. */
class Rate {
  /** What the share let through. */
  readonly recent = new SlidingSecond()
  /** What went ahead by permits. */
  readonly permitted = new SlidingSecond()
  perSecond = 0
  /** Until when the share may be used. */
  until = 0
  refusedUntil = 0
  others = 0
  /** The most that counted at once since the share was last renewed. */
  peak = 0
  waiting = 0
  permits = 0
  permitsUntil = 0
  asking: { readonly since: number; readonly done: Promise<void> } | null = null
}

export class RequestRates implements RequestLimiter {
  readonly #parts: RequestRatesParts
  readonly #rates = new Map<string, Rate>()

  constructor(parts: RequestRatesParts) {
    this.#parts = parts
  }

  /** @returns a promise only where the gate has to be asked */
  take(client: RateClient): RateVerdict | Promise<RateVerdict> {
    const now = this.#parts.now()
    const rate = this.#rateOf(client, now)
    if (now >= rate.until - RENEW_BEFORE_MS && now < rate.until && !isAsking(rate, now)) {
      this.#parts.keepAlive(this.#ask(client, rate, Math.ceil(rate.peak * MARGIN)))
    }
    if (takeNow(rate, client, now)) return verdictOf(rate, client, now, true)
    return now < rate.refusedUntil ? verdictOf(rate, client, now, false) : this.#wait(client, rate)
  }

  async #wait(client: RateClient, rate: Rate): Promise<RateVerdict> {
    const { now } = this.#parts
    const giveUpAt = now() + MAX_WAIT_MS
    rate.waiting += 1
    try {
      for (let at = now(); at < giveUpAt; at = now()) {
        const needed = rate.recent.countAt(at) + rate.waiting
        const wanted = Math.max(needed, 2 * rate.perSecond, firstShareOf(client.requestsPerSecond))
        await (isAsking(rate, at)
          ? asked(rate)
          : this.#ask(client, rate, rate.until === 0 ? firstShareOf(client.requestsPerSecond) : wanted))
        if (takeNow(rate, client, now())) return verdictOf(rate, client, now(), true)
        if (now() < rate.refusedUntil) break
      }
      return verdictOf(rate, client, now(), false)
    } finally {
      rate.waiting -= 1
    }
  }

  #ask(client: RateClient, rate: Rate, wanted: number): Promise<void> {
    const since = this.#parts.now()
    const done = this.#askGate(client, rate, { wanted: Math.max(wanted, 1), since }).finally(() => {
      if (rate.asking?.done === done) rate.asking = null
    })
    rate.asking = { since, done }
    return done
  }

  /** The share lives from before it was asked for, so that it never outlives what the gate counts. */
  async #askGate(client: RateClient, rate: Rate, { wanted, since }: { wanted: number; since: number }): Promise<void> {
    const { now, isolate, gate, log } = this.#parts
    const { tenantId, clientId, requestsPerSecond: limit } = client
    const waiting = rate.waiting
    const used = rate.recent.countAt(since)
    try {
      const answer = await gate(tenantId, clientId).askRate({ holder: isolate, wanted, waiting, used, limit })
      const at = now()
      if (answer.permits > 0 && at - since <= PERMIT_LIFE_MS) {
        rate.permits = answer.permits
        rate.permitsUntil = since + PERMIT_LIFE_MS
      }
      // An answer that was overtaken by a newer one.
      if (since + answer.lifeMs < rate.until) return
      rate.perSecond = answer.perSecond
      rate.until = since + answer.lifeMs
      rate.others = answer.others
      rate.peak = rate.recent.countAt(at)
      const isEnough = waiting <= answer.permits + Math.max(0, answer.perSecond - rate.peak)
      if (!isEnough && answer.perSecond < wanted) rate.refusedUntil = at + REFUSED_MS
    } catch (error) {
      rate.perSecond = limit
      rate.until = now() + ALONE_MS
      if (rate.recent.countAt(now()) >= limit) rate.refusedUntil = now() + REFUSED_MS
      log('rate_share_failed', { clientId, error: error instanceof Error ? error.name : 'unknown' })
    }
  }

  #rateOf({ tenantId, clientId }: RateClient, now: number): Rate {
    const key = `${tenantId}/${clientId}`
    const known = this.#rates.get(key)
    if (known !== undefined) return known
    if (this.#rates.size >= MAX_CLIENTS) this.#forgetIdle(now)
    const rate = new Rate()
    this.#rates.set(key, rate)
    return rate
  }

  /** What was let through long enough ago that it cannot count any more. */
  #forgetIdle(now: number): void {
    for (const [key, rate] of this.#rates) {
      if (now >= rate.until && rate.waiting === 0 && rate.recent.countAt(now) === 0) this.#rates.delete(key)
    }
  }
}

function takeNow(rate: Rate, { requestsPerSecond }: RateClient, now: number): boolean {
  const share = now < rate.until ? Math.min(rate.perSecond, requestsPerSecond) : 0
  if (rate.recent.take(1, share, now) === 1) {
    rate.peak = Math.max(rate.peak, rate.recent.countAt(now))
    return true
  }
  if (rate.permits <= 0 || now > rate.permitsUntil) return false
  rate.permits -= 1
  rate.permitted.take(1, Number.MAX_SAFE_INTEGER, now)
  return true
}

function verdictOf(rate: Rate, { requestsPerSecond: limit }: RateClient, now: number, allowed: boolean): RateVerdict {
  const mine = rate.recent.countAt(now) + rate.permitted.countAt(now)
  const remaining = allowed ? Math.max(0, limit - rate.others - mine) : 0
  // A second after the last of what counts now, all of it has ceased to count.
  return { allowed, limit, remaining, resetAt: Math.ceil((now + 1_000) / 1_000) }
}

function isAsking({ asking }: Rate, now: number): boolean {
  return asking !== null && now < asking.since + ASKING_MS
}

/** Waits for somebody else's question, within limits. */
async function asked(rate: Rate): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const tooLong = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ASKING_MS)
  })
  await Promise.race([rate.asking?.done, tooLong]).finally(() => clearTimeout(timer))
}
