/** The person who resolves sales of which nobody knows: looks them up at the buyer, and says what the buyer's log says. */
import type { TakeLog } from '../buyers/take-log.ts'
import type { Journal } from '../journal.ts'
import type { OpenMarket } from '../market/open.ts'
import { type Operator, type Page, RefusedCall } from '../served/operator.ts'

export interface UnresolvedSale {
  readonly lead_id: string
  readonly buyer_id: string
  readonly contract_id: string
  readonly received_at: string
  readonly state: 'retrying' | 'waiting'
  readonly next_try_at: string | null
  readonly idempotency_key: string
}

const PATH = '/v1/unresolved'
/** As many as one look takes in: each of them asks its auction. */
const LOOKED_AT = 40
/** By then every post that was sent has reached its buyer, or never will. */
const LANDED_MS = 5_000
/** Retries this soon are left to come by themselves; the later ones, up to a day, to the person. */
export const SOON_MS = 20_000
const CONFLICT = 409

/** @returns whether it waits for a person, or will not be asked again by itself within so many ms */
export function isLeftToUs({ state, next_try_at }: UnresolvedSale, now: number, soonMs: number): boolean {
  return state === 'waiting' || (next_try_at !== null && Date.parse(next_try_at) - now >= soonMs)
}

export class Resolver {
  /** By outcome. */
  readonly resolved = { sold: 0, not_sold: 0 }
  /** Lead and contract of what was resolved by hand. */
  readonly byHand = new Set<string>()
  readonly #parts: { readonly market: OpenMarket; readonly takes: TakeLog; readonly journal: Journal }

  constructor(parts: { readonly market: OpenMarket; readonly takes: TakeLog; readonly journal: Journal }) {
    this.#parts = parts
  }

  /** Resolves some of the oldest that wait for a person, or for long. Never throws: a kill may come at any moment. */
  async resolveSome(operator: Operator, most: number): Promise<void> {
    try {
      const { data } = await operator.get<Page<UnresolvedSale>>(`${PATH}?limit=${LOOKED_AT}`)
      const now = Date.now()
      const old = data.filter(
        (sale) => now - Date.parse(sale.received_at) > LANDED_MS && isLeftToUs(sale, now, SOON_MS),
      )
      for (const sale of old.slice(0, most)) await this.resolve(operator, sale)
    } catch {
      // Killed meanwhile; what was said counts or does not, and is listed again where it does not.
    }
  }

  list(operator: Operator): Promise<readonly UnresolvedSale[]> {
    return operator.all<UnresolvedSale>(PATH)
  }

  /** @returns false where it is being asked again at this moment, or known by now */
  async resolve(operator: Operator, sale: UnresolvedSale): Promise<boolean> {
    const { market, takes, journal } = this.#parts
    const [buyer = ''] = Object.entries(market.buyerIds).find(([, id]) => id === sale.buyer_id) ?? []
    const take = takes.find(buyer, sale.idempotency_key)
    const outcome = take === undefined ? 'not_sold' : 'sold'
    const said = { outcome, note: 'Looked up at the buyer.', contract_id: sale.contract_id }
    // Written first: whether it counted, a kill may keep for itself.
    this.byHand.add(`${sale.lead_id} ${sale.contract_id}`)
    journal.write('operator', { resolves: sale.lead_id, contract: sale.contract_id, outcome })
    try {
      const reference = take === undefined ? {} : { buyer_lead_id: take.reference }
      await operator.send('POST', `${PATH}/${sale.lead_id}/resolve`, { ...said, ...reference })
      this.resolved[outcome] += 1
      return true
    } catch (error) {
      if (error instanceof RefusedCall && error.status === CONFLICT) return false
      throw error
    }
  }
}
