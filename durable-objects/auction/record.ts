/**
 * What an auction keeps: the lead as it came in, written once, and the record of what happened, written at the moments
 * that must survive. Three writes in the usual case: planned, posting, settled.
 */
import type { AuctionContract, PostedLead, SubmitLead } from '../../src/contracts/objects'
import { unpackContract } from '../../src/contracts/packed-contract'
import type { AuctionEvent } from '../../src/core/auction/events'
import { replay } from '../../src/core/auction/evolve'
import type { AuctionState } from '../../src/core/auction/state'
import type { Captured, OutboundRequest } from '../buyer-line/buyer-line'

/** The lead without what must not be stored here. */
export type StoredLead = Omit<SubmitLead, 'sealedSecrets'>

/** What came with the post to an offer, in place of what was pinged. */
export type PostedPart = Omit<PostedLead, 'sealedSecrets' | 'contractIds' | 'refusals'>

/** What the supplier was told; told again, byte for byte, to the same request. */
export interface StoredAnswer {
  readonly status: 201 | 202
  readonly body: string
}

interface Beginning {
  readonly lead: StoredLead
  readonly planned: AuctionEvent
  /** Of an offer, all until it was made: before that, nothing is worth a write. */
  readonly shown?: Shown
}

interface Shown {
  readonly events: readonly AuctionEvent[]
  readonly captured: { readonly [contractId: string]: Captured }
  /** What the supplier was told of the offer. */
  readonly body: string
}

interface Continuation {
  readonly events: readonly AuctionEvent[]
  readonly answer: StoredAnswer | null
  /** Posts as they were first sent, without credentials, so that a retry sends the same. */
  readonly posts: { readonly [contractId: string]: OutboundRequest }
  /** What pings' answers gave for the posts: bid tokens, references. */
  readonly captured: { readonly [contractId: string]: Captured }
  readonly posted?: PostedPart
}

export class AuctionRecord {
  readonly #kv: SyncKvStorage
  readonly #beginning: Beginning
  /** How many events stand in the beginning; null as long as that is not written. */
  #begun: number | null
  #posted: PostedPart | null
  readonly contracts: readonly AuctionContract[]
  readonly events: AuctionEvent[]
  readonly posts: Record<string, OutboundRequest>
  readonly captured: Record<string, Captured>
  answer: StoredAnswer | null
  /** What the supplier was told of the offer; null where none was made yet. */
  offerBody: string | null
  /** The lead as it was last sent: what was pinged, and once that came, what was posted. */
  lead: StoredLead

  private constructor(kv: SyncKvStorage, beginning: Beginning, continuation: Continuation | undefined) {
    const { lead, planned, shown } = beginning
    this.#kv = kv
    this.#beginning = beginning
    this.#begun = 1 + (shown?.events.length ?? 0)
    this.#posted = continuation?.posted ?? null
    this.lead = { ...lead, ...this.#posted }
    this.contracts = lead.contracts.map(unpackContract)
    this.events = [planned, ...(shown?.events ?? []), ...(continuation?.events ?? [])]
    this.posts = { ...continuation?.posts }
    this.captured = { ...shown?.captured, ...continuation?.captured }
    this.answer = continuation?.answer ?? null
    this.offerBody = shown?.body ?? null
  }

  /** @returns the record in storage, or null where this auction never began */
  static load(kv: SyncKvStorage): AuctionRecord | null {
    const beginning = kv.get<Beginning>('beginning')
    return beginning === undefined ? null : new AuctionRecord(kv, beginning, kv.get<Continuation>('continuation'))
  }

  /**
   * Writes the beginning: from here on the lead cannot be lost. A ping for an offer is not written: should it be lost, so is
   * its answer, and the supplier pings again.
   */
  static begin(kv: SyncKvStorage, lead: SubmitLead, planned: AuctionEvent): AuctionRecord {
    const { sealedSecrets: _, ...stored } = lead
    const beginning: Beginning = { lead: stored, planned }
    const record = new AuctionRecord(kv, beginning, undefined)
    if (lead.offer === undefined) kv.put('beginning', beginning)
    else record.#begun = null
    return record
  }

  /** The fingerprint of the request that the auction began with. */
  get firstFingerprint(): string {
    return this.#beginning.lead.fingerprint
  }

  /** Takes what was posted in place of what was pinged; null takes it back. Written with the next `save`. */
  post(posted: PostedPart | null): void {
    this.#posted = posted
    this.lead = { ...this.#beginning.lead, ...posted }
  }

  /** Writes everything until the offer, or until there was none to make. */
  saveOffer(body: string): void {
    const { lead, planned } = this.#beginning
    const shown: Shown = { events: this.events.slice(1), captured: this.captured, body }
    const beginning: Beginning = { lead, planned, shown }
    this.#kv.put('beginning', beginning)
    this.#begun = this.events.length
    this.offerBody = body
  }

  /** Writes everything that happened since the beginning, in one row. */
  save(): void {
    if (this.#begun === null) return
    const { answer, posts, captured } = this
    const posted = this.#posted === null ? {} : { posted: this.#posted }
    const continuation: Continuation = { events: this.events.slice(this.#begun), answer, posts, captured, ...posted }
    this.#kv.put('continuation', continuation)
  }

  state(): AuctionState {
    return replay(this.events)
  }
}
