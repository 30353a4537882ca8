/**
 * A supplier: sends its lead, and sends it again where it heard nothing, under the same key. Sometimes twice at once,
 * sometimes although it was answered, sometimes another lead under the same key.
 */
import type { AuctionPlan } from '../../src/core/auction/plan.ts'
import type { Engine } from '../engine/engine.ts'
import { Host } from '../engine/host.ts'
import { call } from '../engine/network.ts'
import { Outage, Process, type Running } from '../engine/running.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { ToldOffer } from '../objects/answer.ts'
import type { PostedLead, SubmittedLead } from '../objects/lead.ts'
import type { Edge, EdgeAnswer, LeadRequest } from './edge.ts'
import type { LeadSpec } from './scenario.ts'

const MAX_SENDS = 4
const PAUSE_MS: readonly [number, ...number[]] = [1_000, 100, 15_000, 700_000]

export interface SupplierParts {
  readonly engine: Engine
  readonly ledger: Ledger
  /** Hears every answer to a lead. */
  readonly told: (ref: string, body: string) => void
  readonly edge: Host<Edge>
  readonly plan: AuctionPlan
  readonly capped: SubmittedLead['capped']
  readonly mint: () => string
}

type Send = (edge: Edge) => Running<EdgeAnswer>

export class Supplier {
  readonly #parts: SupplierParts
  readonly #spec: LeadSpec
  readonly #host: Host<Supplier>
  #open = 1

  constructor(parts: SupplierParts, spec: LeadSpec) {
    this.#parts = parts
    this.#spec = spec
    this.#host = new Host<Supplier>(parts.engine, `supplier of ${spec.ref}`, () => this, false)
  }

  /** Whether it still sends, waits or thinks. */
  get isBusy(): boolean {
    return this.#open > 0
  }

  start(): void {
    const { engine, plan } = this.#parts
    engine.at(engine.now + this.#spec.comesAfterMs, null, () => {
      this.#open -= 1
      this.#spawn(plan.mode === 'offer' ? this.#offer() : this.#sell())
    })
  }

  #spawn(running: Running<unknown>): void {
    this.#open += 1
    const over = () => {
      this.#open -= 1
    }
    Process.start(this.#host, running, { ended: over, failed: over })
  }

  *#sell(): Running<void> {
    const { knownBy, hasTwin, hasImpostor } = this.#spec
    const request: LeadRequest = {
      lead: this.#lead('body'),
      key: knownBy === 'key' ? `key of ${this.#spec.ref}` : null,
      tokenObjectId: knownBy === 'token' ? this.#parts.mint() : null,
    }
    if (hasTwin) this.#spawn(this.#persist('lead', (edge) => edge.ingest(request)))
    if (hasImpostor) this.#spawn(this.#impostor((edge) => edge.ingest({ ...request, lead: this.#lead('other') })))
    yield* this.#persist('lead', (edge) => edge.ingest(request))
  }

  *#offer(): Running<void> {
    const { knownBy, hasTwin, hasImpostor, thinksMs, ref } = this.#spec
    const request = { lead: this.#lead('body'), key: knownBy === 'key' ? `ping of ${ref}` : null, tokenObjectId: null }
    const body = yield* this.#persist('ping', (edge) => edge.ping(request))
    if (body === null) return
    const { auctionId, offer } = JSON.parse(body) as ToldOffer
    if (offer === null) return
    this.#parts.ledger.promised(auctionId, offer)
    yield* this.#host.sleep(thinksMs)
    const { validUntil } = offer
    const post = { lead: this.#posted('body'), auctionId, validUntil }
    if (hasTwin) this.#spawn(this.#persist('lead', (edge) => edge.post(post)))
    if (hasImpostor) this.#spawn(this.#impostor((edge) => edge.post({ ...post, lead: this.#posted('other') })))
    yield* this.#persist('lead', (edge) => edge.post(post))
  }

  /** Sends until there is an answer, and as often as it likes. @returns the last answer's body */
  *#persist(what: 'lead' | 'ping', send: Send): Running<string | null> {
    const { engine, ledger, told } = this.#parts
    let body: string | null = null
    for (let sent = 1; sent <= MAX_SENDS; sent += 1) {
      const answer = yield* this.#sent(send)
      if (answer?.kind === 'answer') {
        body = answer.body
        if (what === 'lead') told(this.#spec.ref, answer.body)
      }
      if (answer?.kind === 'conflict' && !this.#spec.hasImpostor) ledger.mistaken(this.#spec.ref)
      if (answer !== null) engine.tell(this.#host.name, `hears ${answer.kind}${body === null ? '' : ` ${body}`}`)
      if (answer !== null && answer.kind !== 'in_progress' && sent >= this.#spec.sends) return body
      yield* this.#host.sleep(engine.chance.pick(PAUSE_MS))
    }
    return body
  }

  /** Another lead under the same key: where it is sold, the first is not, and nobody is told that it was. */
  *#impostor(send: Send): Running<void> {
    yield* this.#host.sleep(200)
    const answer = yield* this.#sent(send)
    if (answer?.kind === 'answer') this.#parts.ledger.toldImpostor(this.#spec.ref)
  }

  *#sent(send: Send): Running<EdgeAnswer | null> {
    try {
      return yield* call(this.#host, this.#parts.edge, send)
    } catch (error) {
      if (!(error instanceof Outage)) throw error
      return null
    }
  }

  #lead(fingerprint: string): SubmittedLead {
    const { plan, capped } = this.#parts
    const { ref, identity } = this.#spec
    return { ref, fingerprint: `${fingerprint} of ${ref}`, plan, capped, identity }
  }

  #posted(fingerprint: string): PostedLead {
    const { ref, identity, exclusions } = this.#spec
    return { fingerprint: `${fingerprint} of ${ref}`, identity, exclusions }
  }
}
