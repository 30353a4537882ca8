/**
 * Asks the buyers of one auction, and reports each answer as it comes.
 *
 * Six buyers are asked from the auction's own object, the rest from shards of six, because that is how many requests one
 * object may have waiting. The window ends by time, or when the auction closes it; what is still out is then aborted.
 */
import { CutOffs } from '../../src/buyers/cut-offs'
import type { AuctionContract } from '../../src/contracts/auction-lead'
import { packContract } from '../../src/contracts/packed-contract'
import type { AuctionIds, PingReport } from '../buyer-line/buyer-line'
import { SLOTS_PER_OBJECT, Slots } from '../buyer-line/slots'
import { readReports } from '../ping-shard'
import type { StoredLead } from './record'
import type { AuctionServices } from './services'

export interface BidWindowInput {
  readonly services: AuctionServices
  readonly lead: StoredLead
  readonly ids: AuctionIds
  readonly contracts: readonly AuctionContract[]
  /** Null after a restart: read again from the snapshot. */
  readonly sealedSecrets: { readonly [contractId: string]: string } | null
  readonly windowMs: number
  readonly onReport: (contractId: string, report: PingReport) => void
  /** The time is over; says when each buyer that is still out was asked. */
  readonly onOver: (askedAt: { readonly [contractId: string]: number }) => void
}

export class BidWindow {
  readonly #input: BidWindowInput
  readonly #cutOffs = new CutOffs()
  readonly #out: Record<string, number> = {}
  /** Stops the shards; null where there are none. */
  #shards: AbortController | null = null
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(input: BidWindowInput) {
    this.#input = input
  }

  /** Ends when every buyer has answered or the window was closed. */
  async run(): Promise<void> {
    const { contracts, windowMs, onOver, services } = this.#input
    if (contracts.length === 0 || this.#cutOffs.isClosed) return
    const endsAt = services.now() + windowMs
    this.#timer = setTimeout(() => onOver(this.#out), windowMs)
    const sealed = await this.#sealedSecrets()
    // After a restart they are fetched, and the window may be over by then.
    if (this.#cutOffs.isClosed) return
    const shards = []
    for (let from = SLOTS_PER_OBJECT; from < contracts.length; from += SLOTS_PER_OBJECT) {
      shards.push(this.#askByShard(contracts.slice(from, from + SLOTS_PER_OBJECT), sealed, endsAt))
    }
    await Promise.all([this.#askHere(contracts.slice(0, SLOTS_PER_OBJECT), sealed, endsAt), ...shards])
  }

  /** Stops waiting: timers are cleared and whatever is still out is aborted. */
  close(): void {
    clearTimeout(this.#timer)
    this.#cutOffs.close()
    this.#shards?.abort()
  }

  async #askHere(contracts: readonly AuctionContract[], sealed: Sealed, endsAt: number): Promise<void> {
    const { services, lead, ids } = this.#input
    const slots = new Slots()
    await Promise.all(
      contracts.map((contract) =>
        slots.run(async () => {
          const id = contract.terms.id
          this.#out[id] = services.now()
          const call = { lead, ids, contract, sealed: sealed[id] ?? null, endsAt, cutOffs: this.#cutOffs }
          this.#report(id, await services.line.ping(call))
        }),
      ),
    )
  }

  async #askByShard(contracts: readonly AuctionContract[], sealed: Sealed, endsAt: number): Promise<void> {
    const { services, lead, ids } = this.#input
    const asked = services.now()
    for (const { terms } of contracts) this.#out[terms.id] = asked
    const shard = services.newShard()
    const stop = () => void shard.stop().catch(() => undefined)
    this.#shards ??= new AbortController()
    const { signal } = this.#shards
    signal.addEventListener('abort', stop)
    try {
      const mine = Object.fromEntries(contracts.map(({ terms: { id } }) => [id, sealed[id] ?? '']))
      const stream = await shard.ping({
        lead: { fields: lead.fields, piiFields: lead.piiFields, terms: lead.terms },
        ids,
        contracts: contracts.map(packContract),
        sealed: mine,
        endsAt,
      })
      for await (const { contractId, report } of readReports(stream, signal)) this.#report(contractId, report)
    } catch (error) {
      services.log('shard_failed', { auctionId: ids.auctionId, error: error instanceof Error ? error.name : 'unknown' })
    }
    signal.removeEventListener('abort', stop)
    // Whoever is still out here will not be heard of any more.
    for (const { terms } of contracts) this.#report(terms.id, shardFailed(asked))
  }

  #report(contractId: string, report: PingReport): void {
    if (this.#cutOffs.isClosed || !(contractId in this.#out)) return
    delete this.#out[contractId]
    this.#input.onReport(contractId, report)
  }

  async #sealedSecrets(): Promise<Sealed> {
    const { sealedSecrets, services, lead } = this.#input
    return sealedSecrets ?? (await services.sealedSecrets(lead.terms.campaignId))
  }
}

type Sealed = { readonly [contractId: string]: string }

function shardFailed(askedAt: number): PingReport {
  return { askedAt, answer: { kind: 'no', reason: 'buyer_error', detail: 'shard failed' }, captured: null }
}
