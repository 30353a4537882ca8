/** Mirrors durable-objects/auction/record.ts: the beginning, written once, and what happened since, written when it must survive. */
import type { AuctionEvent } from '../../src/core/auction/events.ts'
import { replay } from '../../src/core/auction/evolve.ts'
import type { AuctionState } from '../../src/core/auction/state.ts'
import type { Host, Instance } from '../engine/host.ts'
import type { Identity, PostedLead, SubmittedLead } from './lead.ts'
import type { PostRequest } from './services.ts'

export interface StoredAnswer {
  readonly status: 201 | 202
  readonly body: string
}

interface Shown {
  readonly events: readonly AuctionEvent[]
  readonly body: string
}

interface Beginning {
  readonly lead: SubmittedLead
  readonly planned: AuctionEvent
  readonly shown?: Shown
}

interface Continuation {
  readonly events: readonly AuctionEvent[]
  readonly answer: StoredAnswer | null
  readonly posts: { readonly [contractId: string]: PostRequest }
  readonly posted: PostedLead | null
}

const BEGINNING = 'beginning'
const CONTINUATION = 'continuation'

export class AuctionRecord {
  readonly #host: Host<Instance>
  readonly #beginning: Beginning
  /** How many events stand in the beginning; null as long as that is not written. */
  #begun: number | null
  #posted: PostedLead | null
  readonly events: AuctionEvent[]
  readonly posts: Record<string, PostRequest>
  answer: StoredAnswer | null
  offerBody: string | null

  private constructor(host: Host<Instance>, beginning: Beginning, continuation: Continuation | undefined) {
    const { planned, shown } = beginning
    this.#host = host
    this.#beginning = beginning
    this.#begun = 1 + (shown?.events.length ?? 0)
    this.#posted = continuation?.posted ?? null
    this.events = [planned, ...(shown?.events ?? []), ...(continuation?.events ?? [])]
    this.posts = { ...continuation?.posts }
    this.answer = continuation?.answer ?? null
    this.offerBody = shown?.body ?? null
  }

  static load(host: Host<Instance>): AuctionRecord | null {
    const beginning = host.disk.get<Beginning>(BEGINNING)
    return beginning === undefined
      ? null
      : new AuctionRecord(host, beginning, host.disk.get<Continuation>(CONTINUATION))
  }

  static begin(host: Host<Instance>, lead: SubmittedLead, planned: AuctionEvent): AuctionRecord {
    const beginning: Beginning = { lead, planned }
    const record = new AuctionRecord(host, beginning, undefined)
    if (lead.plan.mode === 'direct') host.put(BEGINNING, beginning)
    else record.#begun = null
    return record
  }

  get lead(): SubmittedLead {
    return this.#beginning.lead
  }

  /** Of the request that is to be answered: what was pinged, or what was posted to the offer. */
  get fingerprint(): string {
    return this.#posted?.fingerprint ?? this.lead.fingerprint
  }

  get identity(): Identity | null {
    return this.#posted === null ? this.lead.identity : this.#posted.identity
  }

  post(posted: PostedLead | null): void {
    this.#posted = posted
  }

  saveOffer(body: string): void {
    const { lead, planned } = this.#beginning
    const beginning: Beginning = { lead, planned, shown: { events: this.events.slice(1), body } }
    this.#host.put(BEGINNING, beginning)
    this.#begun = this.events.length
    this.offerBody = body
  }

  save(): void {
    if (this.#begun === null) return
    const { answer } = this
    const posts = Object.fromEntries(Object.entries(this.posts).filter(([contractId]) => this.#isSentAgain(contractId)))
    const continuation: Continuation = {
      events: this.events.slice(this.#begun),
      answer,
      posts,
      posted: this.#posted,
    }
    this.#host.put(CONTINUATION, continuation)
  }

  #isSentAgain(contractId: string): boolean {
    return this.lead.plan.contenders.find(({ id }) => id === contractId)?.onUnknown === 'retry'
  }

  state(): AuctionState {
    return replay(this.events)
  }
}
