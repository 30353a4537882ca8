/** Everyone outside of Gavel: buyers, suppliers, receivers of webhooks, the person at the operator's desk. They outlive every kill. */
import { Random } from '../scripts/fuzz/random.ts'
import { Buyer, type Mood } from './buyers/buyer.ts'
import { TakeLog } from './buyers/take-log.ts'
import { Journal } from './journal.ts'
import { ClientLog } from './load/leads.ts'
import { Resolver } from './load/resolver.ts'
import { Supplier } from './load/supplier.ts'
import { type OpenMarket, openMarket } from './market/open.ts'
import { BUYERS, SUPPLIERS } from './market/plan.ts'
import type { Operator } from './served/operator.ts'
import { Receiver } from './webhooks/receiver.ts'

/** The supplier and the buyer that have a webhook endpoint of their own, beside the operator. */
export const HOOKED = { supplier: 'odd', buyer: 'keyed' } as const

export interface WorldRequest {
  readonly seed: number
  readonly folder: string
  /** How many leads there will be, about. */
  readonly leads: number
}

export class World {
  readonly mood: Mood = { isCalm: false }
  readonly journal: Journal
  readonly takes: TakeLog
  readonly clients: ClientLog
  readonly buyers: Buyer[] = []
  readonly receivers: Receiver[] = []
  readonly #request: WorldRequest
  #market: { market: OpenMarket; supplier: Supplier; resolver: Resolver } | null = null

  constructor(request: WorldRequest) {
    this.#request = request
    this.journal = new Journal(request.folder)
    this.takes = new TakeLog(this.journal)
    this.clients = new ClientLog(this.journal)
  }

  /** A chance of its own for each who needs one, so that nobody's draws move another's. */
  chanceOf(purpose: number): Random {
    return new Random(this.#request.seed * 1_000 + purpose)
  }

  get market(): OpenMarket {
    return this.#opened.market
  }

  get supplier(): Supplier {
    return this.#opened.supplier
  }

  get resolver(): Resolver {
    return this.#opened.resolver
  }

  /** Starts everyone and has the market configured. */
  async open(operator: Operator): Promise<void> {
    const { takes: log, mood, journal } = this
    for (const [index, plan] of BUYERS.entries()) {
      this.buyers.push(await Buyer.start({ plan, log, mood, random: this.chanceOf(100 + index) }))
    }
    const market = await openMarket({ operator, buyers: this.buyers, leads: this.#request.leads })
    const resolver = new Resolver({ market, takes: log, journal })
    this.#market = { market, supplier: new Supplier(market, this.clients), resolver }
    await this.#listen(operator, market)
  }

  async close(): Promise<void> {
    await Promise.all([...this.buyers, ...this.receivers].map((server) => server.close()))
  }

  async #listen(operator: Operator, market: OpenMarket): Promise<void> {
    const supplier = SUPPLIERS.find(({ name }) => name === HOOKED.supplier)
    const owners = [
      { role: 'operator', events: ['lead.sold', 'lead.unmatched', 'buyer.cap_reached'] },
      {
        role: 'supplier',
        subject_id: supplier && market.supplierOf(supplier).id,
        events: ['lead.sold', 'lead.unmatched'],
      },
      { role: 'buyer', subject_id: market.buyerIds[HOOKED.buyer], events: ['lead.sold'] },
    ]
    for (const [index, endpoint] of owners.entries()) {
      const { mood, journal } = this
      const receiver = await Receiver.start({ owner: endpoint.role, mood, journal, random: this.chanceOf(200 + index) })
      this.receivers.push(receiver)
      await operator.send('POST', '/v1/webhook-endpoints', { ...endpoint, url: receiver.url })
    }
  }

  get #opened() {
    if (this.#market === null) throw new Error('the market is not open yet')
    return this.#market
  }
}
