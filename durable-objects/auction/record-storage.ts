/**
 * How an auction's record lies in storage: what is personal of it sealed under a key of its own, everything else in plain, so
 * that the trace outlives the person's data. All of it is synchronous.
 *
 * Personal is the lead, what was or will be sent to buyers, what they gave back to be sent along, where they send the consumer
 * next, and the answer that repeats it.
 */
import type { ErasedPart } from '../../src/contracts/auction'
import type { AuctionEvent } from '../../src/core/auction/events'
import type { LeadFields } from '../../src/core/lead/fields'
import type { BegunSeal, RecordSeal, RecordSeals } from '../../src/security/record-seal'
import type { Beginning, Continuation, PostedPart, Shown, StoredAnswer, StoredLead } from './record'

interface Sealed {
  /** Left out once the lead is erased, with everything that it sealed. */
  readonly sealed?: Uint8Array
}

interface StoredBeginning extends Sealed {
  readonly lead: Omit<StoredLead, 'fields'>
  readonly planned: AuctionEvent
  readonly shown?: Omit<Shown, 'captured'>
  readonly wrappedKey?: string
  readonly erased?: ErasedPart
}

interface SealedBeginning extends Pick<Continuation, 'captured'> {
  readonly fields: LeadFields
}

interface StoredContinuation extends Sealed {
  readonly events: readonly AuctionEvent[]
  readonly posted?: Omit<PostedPart, 'fields'>
  /** The answer where nothing personal is left in it. */
  readonly answer?: StoredAnswer | null
}

interface SealedContinuation extends Pick<Continuation, 'answer' | 'posts' | 'captured'> {
  readonly fields: LeadFields | null
  /** By contract. */
  readonly redirectUrls: { readonly [contractId: string]: string }
}

export interface Loaded {
  readonly beginning: Beginning
  readonly continuation: Continuation | undefined
  readonly acknowledgements: readonly Acknowledgement[]
}

/** What the database has acknowledged: a row of its own, so that none writes the record again. */
export interface Acknowledgement {
  readonly event: Extract<AuctionEvent, { type: 'acknowledged' }>
  /** How many other events came before it. */
  readonly after: number
}

export class RecordStorage {
  readonly #kv: SyncKvStorage
  readonly #newSeal: () => RecordSeal
  /** Null once everything personal is erased. */
  #seal: RecordSeal | null
  #erased: ErasedPart | null

  private constructor(
    kv: SyncKvStorage,
    newSeal: () => RecordSeal,
    { seal, erased }: { seal: RecordSeal | null; erased: ErasedPart | null },
  ) {
    this.#kv = kv
    this.#newSeal = newSeal
    this.#seal = seal
    this.#erased = erased
  }

  /** Seals what is known of a lead before its auction begins; nothing is stored. Of a ping for an offer, nothing is worth it. */
  static seal(seals: RecordSeals, { terms, fields, offer }: StoredLead): Promise<BegunSeal> {
    const first: SealedBeginning = { fields, captured: {} }
    return seals.begin(terms.tenantId, offer === undefined ? JSON.stringify(first) : null, 'beginning')
  }

  static begin(kv: SyncKvStorage, seals: RecordSeals, tenantId: string, seal: RecordSeal): RecordStorage {
    return new RecordStorage(kv, () => seals.create(tenantId), { seal, erased: null })
  }

  /**
   * @returns null where nothing was stored
   * @throws where the key that it was sealed under is not among those given: it is kept, and read once that key is back
   */
  static load(kv: SyncKvStorage, seals: RecordSeals): (Loaded & { readonly storage: RecordStorage }) | null {
    const stored = kv.get<StoredBeginning>('beginning')
    if (stored === undefined) return null
    const { wrappedKey, erased = null } = stored
    const { tenantId } = stored.lead.terms
    const seal = wrappedKey === undefined ? null : seals.open(wrappedKey, tenantId)
    const storage = new RecordStorage(kv, () => seals.create(tenantId), { seal, erased })
    const beginning = storage.#openBeginning(stored)
    if (seal !== null && seal.wrappedKey !== wrappedKey) storage.putBeginning(beginning)
    const acknowledgements = kv.get<readonly Acknowledgement[]>('acknowledged') ?? []
    return { storage, beginning, continuation: storage.#openContinuation(), acknowledgements }
  }

  get erased(): ErasedPart | null {
    return this.#erased
  }

  /** Forgets the key of what is stored. What is left of both parts must be put again. */
  forgetKey(erased: ErasedPart): void {
    this.#erased = erased
    this.#seal = erased === 'all' ? null : this.#newSeal()
  }

  /** @param sealed where its personal part is sealed already */
  putBeginning({ lead: { fields, ...lead }, planned, shown }: Beginning, sealed: Uint8Array | null = null): void {
    const { captured = {}, ...plain } = shown ?? {}
    const stored: StoredBeginning = {
      lead,
      planned,
      ...(shown !== undefined && { shown: plain as Omit<Shown, 'captured'> }),
      ...(this.#seal !== null && { wrappedKey: this.#seal.wrappedKey }),
      ...(this.#erased !== null && { erased: this.#erased }),
      ...(sealed !== null ? { sealed } : this.#sealed<SealedBeginning>('beginning', { fields, captured })),
    }
    this.#kv.put('beginning', stored)
  }

  putContinuation({ events, answer, posts, captured, posted }: Continuation): void {
    const { fields = null, ...plainPosted } = posted ?? {}
    const personal: SealedContinuation = { answer, posts, captured, fields, redirectUrls: redirectsOf(events) }
    const isPlain = this.#seal === null || isImpersonal(personal)
    const stored: StoredContinuation = {
      events: events.map(withoutRedirect),
      ...(posted !== undefined && { posted: plainPosted as Omit<PostedPart, 'fields'> }),
      ...(isPlain ? { answer } : this.#sealed<SealedContinuation>('continuation', personal)),
    }
    this.#kv.put('continuation', stored)
  }

  putAcknowledgements(acknowledgements: readonly Acknowledgement[]): void {
    this.#kv.put('acknowledged', acknowledgements)
  }

  #sealed<T extends object>(part: string, value: T): Sealed {
    return this.#seal === null ? {} : { sealed: this.#seal.seal(JSON.stringify(value), part) }
  }

  #opened<T extends object>(part: string, { sealed }: Sealed): T | null {
    return this.#seal === null || sealed === undefined ? null : (JSON.parse(this.#seal.open(sealed, part)) as T)
  }

  #openBeginning(stored: StoredBeginning): Beginning {
    const { lead, planned, shown } = stored
    const { fields, captured } = this.#opened<SealedBeginning>('beginning', stored) ?? { fields: {}, captured: {} }
    return { lead: { ...lead, fields }, planned, ...(shown !== undefined && { shown: { ...shown, captured } }) }
  }

  #openContinuation(): Continuation | undefined {
    const stored = this.#kv.get<StoredContinuation>('continuation')
    if (stored === undefined) return undefined
    const { events, posted, answer = null } = stored
    const opened = this.#opened<SealedContinuation>('continuation', stored)
    const { fields, redirectUrls, ...rest } = opened ?? { ...NOTHING, answer }
    return {
      ...rest,
      events: events.map((event) => withRedirect(event, redirectUrls)),
      ...(posted !== undefined && { posted: { ...posted, fields: fields ?? {} } }),
    }
  }
}

/** Of an auction that is over, most often all of it: its answer then names nobody, and needs no seal. */
function isImpersonal({ posts, captured, fields, redirectUrls }: SealedContinuation): boolean {
  return fields === null && [posts, captured, redirectUrls].every((part) => Object.keys(part).length === 0)
}

const NOTHING = { posts: {}, captured: {}, fields: null, redirectUrls: {} }

type Accepted = Extract<AuctionEvent, { type: 'post_answered' }>

function acceptance(event: AuctionEvent): Accepted | null {
  return event.type === 'post_answered' && event.answer.kind === 'accepted' ? event : null
}

/** @returns the event without what a buyer may have written about the consumer into the address it sends it to */
export function withoutRedirect(event: AuctionEvent): AuctionEvent {
  const accepted = acceptance(event)
  if (accepted === null || accepted.answer.kind !== 'accepted' || accepted.answer.redirectUrl === null) return event
  return { ...accepted, answer: { ...accepted.answer, redirectUrl: null } }
}

function redirectsOf(events: readonly AuctionEvent[]): { readonly [contractId: string]: string } {
  const urls: Record<string, string> = {}
  for (const { contractId, answer } of events.map(acceptance).filter((event) => event !== null)) {
    if (answer.kind === 'accepted' && answer.redirectUrl !== null) urls[contractId] = answer.redirectUrl
  }
  return urls
}

function withRedirect(event: AuctionEvent, urls: { readonly [contractId: string]: string }): AuctionEvent {
  const accepted = acceptance(event)
  const redirectUrl = accepted === null ? undefined : urls[accepted.contractId]
  if (accepted === null || accepted.answer.kind !== 'accepted' || redirectUrl === undefined) return event
  return { ...accepted, answer: { ...accepted.answer, redirectUrl } }
}
