/**
 * Mirrors src/http/guide/ingest.ts and src/http/exchange/ping.ts, post.ts: which auction a request belongs to, and what it is
 * told. What the snapshot decides is left out: every lead here is eligible.
 */
import type { Host } from '../engine/host.ts'
import { call } from '../engine/network.ts'
import type { Running } from '../engine/running.ts'
import type { AuctionObject } from '../objects/auction.ts'
import type { LeadResult, OfferResult, PostedLead, SubmittedLead } from '../objects/lead.ts'
import type { SupplierGateObject } from '../objects/supplier-gate.ts'

const KEY_LIFE_MS = 30 * 24 * 60 * 60 * 1_000
const CAMPAIGN = 'camp'

export interface EdgeServices {
  readonly gate: Host<SupplierGateObject>
  readonly auction: (id: string) => Host<AuctionObject>
  readonly mint: () => string
  /** Hears of every lead that arrives at an offer. */
  readonly onArrival: (auctionId: string) => void
}

export interface LeadRequest {
  readonly lead: SubmittedLead
  readonly key: string | null
  /** The object that the request's ping token names. */
  readonly tokenObjectId: string | null
}

export interface PostRequest {
  readonly lead: PostedLead
  readonly auctionId: string
  readonly validUntil: number
}

export type EdgeAnswer = LeadResult | OfferResult | { readonly kind: 'capped' | 'key_reused' }

export class Edge {
  readonly #host: Host<Edge>
  readonly #services: EdgeServices

  constructor(host: Host<Edge>, services: EdgeServices) {
    this.#host = host
    this.#services = services
  }

  *ingest({ lead, key, tokenObjectId }: LeadRequest): Running<EdgeAnswer> {
    const { gate, auction, mint } = this.#services
    const { fingerprint } = lead
    const auctionId = tokenObjectId ?? mint()
    const request = { campaignId: CAMPAIGN, requestKey: key, fingerprint, auctionId, rememberMs: KEY_LIFE_MS }
    const admitted = yield* call(this.#host, gate, (supplier) => supplier.admit(request))
    if (admitted.kind === 'key_reused') return admitted
    if (admitted.kind === 'refused') {
      const known = tokenObjectId ?? (yield* this.#recall(key, fingerprint))
      return (yield* this.#replay(known, fingerprint)) ?? { kind: 'capped' }
    }
    return yield* call(this.#host, auction(admitted.auctionId), (object) => object.submit(lead))
  }

  *ping({ lead, key }: LeadRequest): Running<EdgeAnswer> {
    const { gate, auction, mint } = this.#services
    let auctionId = mint()
    if (key !== null) {
      const rememberMs = KEY_LIFE_MS
      const { fingerprint } = lead
      const request = { campaignId: CAMPAIGN, requestKey: key, fingerprint, auctionId, rememberMs, takesPlace: false }
      const admitted = yield* call(this.#host, gate, (supplier) => supplier.admit(request))
      if (admitted.kind !== 'admitted') return { kind: 'key_reused' }
      auctionId = admitted.auctionId
    }
    return yield* call(this.#host, auction(auctionId), (object) => object.offer(lead))
  }

  *post({ lead, auctionId, validUntil }: PostRequest): Running<EdgeAnswer> {
    const { gate, auction } = this.#services
    const { fingerprint } = lead
    if (validUntil <= this.#host.engine.now) {
      return (yield* this.#replay(auctionId, fingerprint)) ?? { kind: 'expired' }
    }
    const request = { campaignId: CAMPAIGN, requestKey: null, fingerprint, auctionId, rememberMs: KEY_LIFE_MS }
    const admitted = yield* call(this.#host, gate, (supplier) => supplier.admit(request))
    if (admitted.kind === 'key_reused') return admitted
    if (admitted.kind === 'refused') return (yield* this.#replay(auctionId, fingerprint)) ?? { kind: 'capped' }
    return yield* call(this.#host, auction(auctionId), (object) => {
      this.#services.onArrival(auctionId)
      return object.take(lead)
    })
  }

  *#recall(key: string | null, fingerprint: string): Running<string | null> {
    if (key === null) return null
    return yield* call(this.#host, this.#services.gate, (gate) => gate.recall(key, fingerprint))
  }

  *#replay(auctionId: string | null, fingerprint: string): Running<LeadResult | null> {
    if (auctionId === null) return null
    const result = yield* call(this.#host, this.#services.auction(auctionId), (object) => object.replay(fingerprint))
    return result === null || result.kind === 'conflict' ? null : result
  }
}
