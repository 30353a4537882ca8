/**
 * What an auction keeps: the lead as it came in, written once, and the record of what happened, written at the moments
 * that must survive. Three writes in the usual case: planned, posting, settled. What the database acknowledged stands beside it.
 */
import type { ErasedPart } from '../../src/contracts/auction'
import type { AuctionContract, PostedLead, SubmitLead } from '../../src/contracts/auction-lead'
import { unpackContract } from '../../src/contracts/packed-contract'
import type { AuctionEvent } from '../../src/core/auction/events'
import { replay } from '../../src/core/auction/evolve'
import type { AuctionState } from '../../src/core/auction/state'
import type { BegunSeal, RecordSeals } from '../../src/security/record-seal'
import type { Captured, OutboundRequest } from '../buyer-line/buyer-line'
import { type Acknowledgement, type Loaded, RecordStorage, withoutRedirect } from './record-storage'

/** The lead without what must not be stored here. */
export type StoredLead = Omit<SubmitLead, 'sealedSecrets'>

/** What came with the post to an offer, in place of what was pinged. */
export type PostedPart = Omit<PostedLead, 'sealedSecrets' | 'contractIds' | 'refusals'>

/** What the supplier was told; told again, byte for byte, to the same request. */
export interface StoredAnswer {
  readonly status: 201 | 202
  readonly body: string
}

export interface Beginning {
  readonly lead: StoredLead
  readonly planned: AuctionEvent
  /** Of an offer, all until it was made: before that, nothing is worth a write. */
  readonly shown?: Shown
}

export interface Shown {
  readonly events: readonly AuctionEvent[]
  readonly captured: { readonly [contractId: string]: Captured }
  /** What the supplier was told of the offer. */
  readonly body: string
}

export interface Continuation {
  readonly events: readonly AuctionEvent[]
  readonly answer: StoredAnswer | null
  /** Posts as they were first sent, without credentials, so that a retry sends the same; none of who takes no second copy. */
  readonly posts: { readonly [contractId: string]: OutboundRequest }
  /** What pings' answers gave for the posts: bid tokens, references. */
  readonly captured: { readonly [contractId: string]: Captured }
  readonly posted?: PostedPart
}

export interface BeginParts {
  readonly kv: SyncKvStorage
  readonly seals: RecordSeals
  readonly lead: SubmitLead
  /** Of this lead, by `AuctionRecord.seal`. */
  readonly begun: BegunSeal
  readonly planned: AuctionEvent
}

export class AuctionRecord {
  readonly #storage: RecordStorage
  #beginning: Beginning
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

  private constructor(storage: RecordStorage, { beginning, continuation, acknowledgements }: Loaded) {
    const { lead, planned, shown } = beginning
    this.#storage = storage
    this.#beginning = beginning
    this.#begun = 1 + (shown?.events.length ?? 0)
    this.#posted = continuation?.posted ?? null
    this.lead = { ...lead, ...this.#posted }
    this.contracts = lead.contracts.map(unpackContract)
    const happened = [planned, ...(shown?.events ?? []), ...(continuation?.events ?? [])]
    this.events = happened.slice(0, acknowledgements[0]?.after)
    for (const [index, { event, after }] of acknowledgements.entries()) {
      this.events.push(event, ...happened.slice(after, acknowledgements[index + 1]?.after))
    }
    this.posts = { ...continuation?.posts }
    this.captured = { ...shown?.captured, ...continuation?.captured }
    this.answer = continuation?.answer ?? null
    this.offerBody = shown?.body ?? null
  }

  /** @returns the record in storage, or null where this auction never began */
  static load(kv: SyncKvStorage, seals: RecordSeals): AuctionRecord | null {
    const loaded = RecordStorage.load(kv, seals)
    return loaded === null ? null : new AuctionRecord(loaded.storage, loaded)
  }

  /** Seals what is known before the auction begins, while its lead waits for other things. */
  static seal(seals: RecordSeals, lead: SubmitLead): Promise<BegunSeal> {
    return RecordStorage.seal(seals, lead)
  }

  /**
   * Writes the beginning: from here on the lead cannot be lost. A ping for an offer is not written: should it be lost, so is
   * its answer, and the supplier pings again.
   */
  static begin({ kv, seals, lead, begun, planned }: BeginParts): AuctionRecord {
    const { sealedSecrets: _, ...stored } = lead
    const beginning: Beginning = { lead: stored, planned }
    const storage = RecordStorage.begin(kv, seals, lead.terms.tenantId, begun.seal)
    const record = new AuctionRecord(storage, { beginning, continuation: undefined, acknowledgements: [] })
    if (lead.offer === undefined) storage.putBeginning(beginning, begun.sealed)
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

  /**
   * Writes everything until the offer, or until there was none to make. Personal fields of a ping have served by then: the
   * lead brings its own, and a ping that none follows is found by nobody's erasure.
   */
  saveOffer(body: string): void {
    const { lead, planned } = this.#beginning
    const shown: Shown = { events: this.events.slice(1), captured: this.captured, body }
    this.#beginning = { lead: { ...lead, fields: withoutPersonal(lead) }, planned, shown }
    this.lead = { ...this.#beginning.lead, ...this.#posted }
    this.#storage.putBeginning(this.#beginning)
    this.#begun = this.events.length
    this.offerBody = body
  }

  /** Writes everything that happened since the beginning, in one row. */
  save(): void {
    if (this.#begun === null) return
    const { captured } = this
    const posts = Object.fromEntries(Object.entries(this.posts).filter(([contractId]) => this.#isSentAgain(contractId)))
    // What a buyer answers to a post that was out while the lead was erased is not kept either.
    const answer = this.erased !== null ? withoutRedirects(this.answer) : this.answer
    const posted = this.#posted === null ? {} : { posted: this.#posted }
    const events = this.events.slice(this.#begun).filter((event) => !isAcknowledgement(event))
    this.#storage.putContinuation({ events, answer, posts, captured, ...posted })
  }

  /** Whether a post may ever be sent a second time. */
  #isSentAgain(contractId: string): boolean {
    return this.contracts.find(({ terms }) => terms.id === contractId)?.terms.onUnknown === 'retry'
  }

  /** Writes what the database has acknowledged, and nothing else. */
  saveAcknowledgements(): void {
    const acknowledgements: Acknowledgement[] = []
    for (const [index, event] of this.events.entries()) {
      if (isAcknowledgement(event)) acknowledgements.push({ event, after: index - acknowledgements.length })
    }
    this.#storage.putAcknowledgements(acknowledgements)
  }

  /** What of the lead is gone for good; what happened to it is not. Of an erased lead nothing is sent any more. */
  get erased(): ErasedPart | null {
    return this.#storage.erased
  }

  /** Drops everything personal, or contact data only, from memory and storage. */
  erase(part: ErasedPart): void {
    if (this.erased === 'all' || this.erased === part) return
    this.#storage.forgetKey(part)
    const left = (lead: StoredLead) => (part === 'all' ? {} : withoutPersonal(lead))
    const posted = this.#posted === null ? null : { ...this.#posted, fields: left(this.lead) }
    const { lead } = this.#beginning
    this.#beginning = { ...this.#beginning, lead: { ...lead, fields: left(lead) } }
    this.post(posted)
    this.events.splice(0, this.events.length, ...this.events.map(withoutRedirect))
    for (const kept of [this.posts, this.captured]) for (const contractId of Object.keys(kept)) delete kept[contractId]
    this.answer = withoutRedirects(this.answer)
    if (this.#begun === null) return
    const { shown } = this.#beginning
    if (shown !== undefined) this.#beginning = { ...this.#beginning, shown: { ...shown, captured: {} } }
    this.#storage.putBeginning(this.#beginning)
    this.save()
  }

  /**
   * Drops the posts that no retry can need: a post is sent again only while its outcome is unknown. Once nothing is posted any
   * more, what the pings gave for it goes too.
   */
  dropSpent(state: AuctionState): void {
    if (state.phase === 'absent') return
    if (state.phase === 'settled') for (const contractId of Object.keys(this.captured)) delete this.captured[contractId]
    for (const { contractId, stage } of state.attempts) {
      if (stage.at !== 'posting' && stage.at !== 'unknown') delete this.posts[contractId]
    }
  }

  state(): AuctionState {
    return replay(this.events)
  }
}

/** Events after which a restart must find them; everything else can be asked or decided again. */
export function mustSurvive(event: AuctionEvent): boolean {
  switch (event.type) {
    case 'post_started':
    case 'settled':
    case 'retry_scheduled':
    case 'parked':
    case 'resolved':
    case 'post_answered':
      return true
    default:
      return false
  }
}

function isAcknowledgement(event: AuctionEvent): event is Acknowledgement['event'] {
  return event.type === 'acknowledged'
}

function withoutPersonal({ fields, piiFields }: Pick<StoredLead, 'fields' | 'piiFields'>): StoredLead['fields'] {
  const personal = new Set(piiFields)
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !personal.has(name)))
}

/** An answer is an object, or one within `data`. */
function withoutRedirects(answer: StoredAnswer | null): StoredAnswer | null {
  if (answer === null) return null
  const body = JSON.stringify(JSON.parse(answer.body), (name, value) => (name === 'redirect_url' ? null : value))
  return { ...answer, body }
}
