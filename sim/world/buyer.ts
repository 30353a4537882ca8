/**
 * A buyer: outside of what is ours, and hostile. It takes leads or does not; what it says of that arrives, is cut off, is late
 * or makes no sense. Who honours idempotency keys decides once a key, and says the same of every copy.
 *
 * A buyer does not lie: where it says yes it has the lead, and where it says no it has not.
 */
import type { PingAnswer, PostAnswer } from '../../src/core/auction/events.ts'
import type { Contender } from '../../src/core/auction/plan.ts'
import type { Engine } from '../engine/engine.ts'
import type { Host, Instance } from '../engine/host.ts'
import { type Running, waitFor } from '../engine/running.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { PingRequest, PostCopy, PostRequest } from '../objects/services.ts'
import { MICROS } from './scenario.ts'

/** One way to a buyer, ms. */
const LATENCY_MS: readonly [number, ...number[]] = [5, 5, 40, 120]
/** How late a request may arrive that its sender has given up. */
const LATE_MS: readonly [number, ...number[]] = [1_500, 4_000, 45_000]
const FAULT_ONE_IN = 4
const PRICES: readonly [number, ...number[]] = [7, 7, 6, 9, 3].map((units) => units * MICROS) as [number, ...number[]]
const NONSENSE: readonly [number, ...number[]] = [Number.NaN, -5, 6.5, Number.POSITIVE_INFINITY, 2 ** 60]

const unknown = (reason: string): PostAnswer => ({ kind: 'unknown', reason })

export class Buyer {
  readonly #engine: Engine
  readonly #ledger: Ledger
  readonly #terms: Contender
  /** What was decided, by key; only of a buyer that honours keys. */
  readonly #decided = new Map<string, boolean>()

  constructor(engine: Engine, ledger: Ledger, terms: Contender) {
    this.#engine = engine
    this.#ledger = ledger
    this.#terms = terms
  }

  ping(from: Host<Instance>, { auctionId, endsAt }: PingRequest): Running<PingAnswer> {
    const { chance } = this.#engine
    return waitFor((wake) => {
      from.send(() => {
        const answer = this.#bid()
        const isSilent = chance.draw(10) === 9
        const answerAt = this.#engine.now + chance.pick(LATENCY_MS) + (chance.draw(12) === 11 ? 600 : 0)
        if (isSilent) return
        if (answer.kind === 'bid') this.#ledger.bid(auctionId, this.#terms, { ...answer, answerAt, endsAt })
        this.#engine.at(answerAt, from.victim, () => wake.resolve(answer))
      })
    })
  }

  post(from: Host<Instance>, request: PostCopy, timeoutMs: number): Running<PostAnswer> {
    const engine = this.#engine
    const { chance } = engine
    return waitFor((wake) => {
      engine.atInLife(engine.now + timeoutMs, from, () => wake.resolve(unknown('timed_out')))
      from.send(() => {
        this.#ledger.posted(request, this.#terms)
        const isLate = chance.fault(8)
        const arriveAt = engine.now + (isLate ? chance.pick(LATE_MS) : chance.pick(LATENCY_MS))
        if (!isLate && chance.fault(10)) {
          engine.tell(this.#terms.id, 'post lost before it arrives')
          engine.at(arriveAt, from.victim, () => wake.resolve(unknown('reset')))
          return
        }
        engine.at(arriveAt, null, () => {
          const { answer, afterMs } = this.#answer(request)
          engine.tell(this.#terms.id, `says ${answer.kind} after ${afterMs} ms`)
          engine.at(engine.now + afterMs, from.victim, () => wake.resolve(answer))
        })
      })
    })
  }

  #bid(): PingAnswer {
    const { chance } = this.#engine
    if (chance.draw(8) === 7) return { kind: 'no', reason: 'declined', detail: null }
    if (chance.draw(10) === 9) return { kind: 'bid', priceMicros: chance.pick(NONSENSE) }
    return { kind: 'bid', priceMicros: chance.pick(PRICES) }
  }

  #answer(request: PostRequest): { readonly answer: PostAnswer; readonly afterMs: number } {
    const { chance } = this.#engine
    const took = this.#decide(request)
    const isCopy = this.#ledger.copies(request) > 1
    if (chance.fault(FAULT_ONE_IN)) {
      const kind = chance.pick(['reset', 'nonsense', 'status 5xx', 'late'])
      return kind === 'late'
        ? { answer: this.#words(took, isCopy), afterMs: chance.pick([1_200, 5_000, 50_000]) }
        : { answer: unknown(kind), afterMs: 10 }
    }
    return { answer: this.#words(took, isCopy), afterMs: chance.pick(LATENCY_MS) }
  }

  /** Whether it takes this copy of the lead. */
  #decide(request: PostRequest): boolean {
    const honoursKeys = this.#terms.onUnknown === 'retry'
    const known = honoursKeys ? this.#decided.get(request.idempotencyKey) : undefined
    if (known !== undefined) return known
    const took = this.#engine.chance.draw(4) !== 3
    if (honoursKeys) this.#decided.set(request.idempotencyKey, took)
    if (took) this.#ledger.took(request, this.#terms)
    return took
  }

  /** A bare status of a first copy is a no; of a second it may mean no more than that the key was seen before. */
  #words(took: boolean, isCopy: boolean): PostAnswer {
    const { chance } = this.#engine
    if (isCopy && chance.fault(3)) return { kind: 'rejected', reason: 'HTTP 409', parsed: false }
    if (took) return { kind: 'accepted', reference: 'ref', redirectUrl: null }
    return { kind: 'rejected', reason: 'no', parsed: chance.draw(2) === 0 }
  }
}
