/**
 * What an auction keeps: the lead as it came in, written once, and the record of what happened, written at the moments
 * that must survive. Three writes in the usual case: planned, posting, settled.
 */
import type { AuctionContract, SubmitLead } from '../../src/contracts/objects'
import { unpackContract } from '../../src/contracts/packed-contract'
import type { AuctionEvent } from '../../src/core/auction/events'
import { replay } from '../../src/core/auction/evolve'
import type { AuctionState } from '../../src/core/auction/state'
import type { Captured, OutboundRequest } from '../buyer-line/buyer-line'

/** The lead without what must not be stored here. */
export type StoredLead = Omit<SubmitLead, 'sealedSecrets'>

/** What the supplier was told; told again, byte for byte, to the same request. */
export interface StoredAnswer {
  readonly status: 201 | 202
  readonly body: string
}

interface Beginning {
  readonly lead: StoredLead
  readonly planned: AuctionEvent
}

interface Continuation {
  readonly events: readonly AuctionEvent[]
  readonly answer: StoredAnswer | null
  /** Posts as they were first sent, without credentials, so that a retry sends the same. */
  readonly posts: { readonly [contractId: string]: OutboundRequest }
  /** What pings' answers gave for the posts: bid tokens, references. */
  readonly captured: { readonly [contractId: string]: Captured }
}

export class AuctionRecord {
  readonly #kv: SyncKvStorage
  readonly lead: StoredLead
  readonly contracts: readonly AuctionContract[]
  readonly events: AuctionEvent[]
  readonly posts: Record<string, OutboundRequest>
  readonly captured: Record<string, Captured>
  answer: StoredAnswer | null

  private constructor(kv: SyncKvStorage, beginning: Beginning, continuation: Continuation | undefined) {
    this.#kv = kv
    this.lead = beginning.lead
    this.contracts = beginning.lead.contracts.map(unpackContract)
    this.events = [beginning.planned, ...(continuation?.events ?? [])]
    this.posts = { ...continuation?.posts }
    this.captured = { ...continuation?.captured }
    this.answer = continuation?.answer ?? null
  }

  /** @returns the record in storage, or null where this auction never began */
  static load(kv: SyncKvStorage): AuctionRecord | null {
    const beginning = kv.get<Beginning>('beginning')
    return beginning === undefined ? null : new AuctionRecord(kv, beginning, kv.get<Continuation>('continuation'))
  }

  /** Writes the beginning: from here on the lead cannot be lost. */
  static begin(kv: SyncKvStorage, lead: SubmitLead, planned: AuctionEvent): AuctionRecord {
    const { sealedSecrets: _, ...stored } = lead
    const beginning: Beginning = { lead: stored, planned }
    kv.put('beginning', beginning)
    return new AuctionRecord(kv, beginning, undefined)
  }

  /** Writes everything that happened since the beginning, in one row. */
  save(): void {
    const { answer, posts, captured } = this
    const continuation: Continuation = { events: this.events.slice(1), answer, posts, captured }
    this.#kv.put('continuation', continuation)
  }

  state(): AuctionState {
    return replay(this.events)
  }
}
