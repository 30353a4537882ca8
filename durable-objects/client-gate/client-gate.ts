/** One per API client: what it asked for under an Idempotency-Key, and how fast it may ask. */
import { DurableObject } from 'cloudflare:workers'
import type {
  ClientGateRpc,
  RateAnswer,
  RateQuestion,
  RequestEnd,
  RequestName,
  RequestStart,
} from '../../src/contracts/client-gate'
import { ExpirySweep } from '../expiry-sweep'
import { RateBook } from './rate-book'
import { ANSWERS_TABLE, RequestAnswers } from './request-answers'
import { WaitingRoom } from './waiting-room'

export interface ClientGateServices {
  readonly now: () => number
  /** @returns an id that no other request has */
  readonly newFence: () => string
}

/** How long a twin waits for the first, by the contract. */
const MAX_WAIT_MS = 5_000

export class ClientGateObject extends DurableObject implements ClientGateRpc {
  readonly #services: ClientGateServices
  readonly #answers: RequestAnswers
  readonly #waiting = new WaitingRoom()
  readonly #rates: RateBook
  readonly #sweep: ExpirySweep

  constructor(ctx: DurableObjectState, env: Env, services: ClientGateServices) {
    super(ctx, env)
    this.#services = services
    this.#answers = new RequestAnswers(ctx.storage.sql)
    this.#rates = new RateBook(ctx.storage.kv, services.now())
    this.#sweep = new ExpirySweep(ctx.storage, ANSWERS_TABLE)
  }

  async askRate(question: RateQuestion): Promise<RateAnswer> {
    return this.#rates.ask(question, this.#services.now())
  }

  async startRequest(request: RequestName): Promise<RequestStart> {
    const { now, newFence } = this.#services
    const giveUpAt = now() + MAX_WAIT_MS
    for (;;) {
      const found = this.#answers.start(request, newFence(), now())
      if (found.kind === 'run') await this.#sweep.keep(now())
      if (found.kind !== 'running') return found
      const left = giveUpAt - now()
      if (left <= 0) return { kind: 'in_progress' }
      await this.#waiting.wait(request.key, Math.min(left, Math.max(1, found.until - now())))
    }
  }

  async endRequest(end: RequestEnd): Promise<void> {
    this.#answers.end(end, this.#services.now())
    this.#waiting.wake(end.key)
  }

  override async alarm(): Promise<void> {
    await this.#sweep.run(this.#services.now())
  }
}
