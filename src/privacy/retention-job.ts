/**
 * Erases what is older than its tenant keeps it, a bounded number of leads a run: contact data sooner, the rest later. How far
 * it has come is stored, so that nothing is looked at twice, and nothing older is stored again.
 */
import type { AuctionRpc } from '../contracts/auction'
import type { AgedLead, FieldClass, RetentionStore } from '../stores/retention-store'

export interface RetentionJobParts {
  readonly tenants: () => Promise<readonly string[]>
  readonly store: (tenantId: string) => RetentionStore
  /** @param auctionId `auc_…` */
  readonly auction: (auctionId: string) => Pick<AuctionRpc, 'erase'>
  readonly now: () => number
}

const HOUR_MS = 60 * 60 * 1_000
const DAY_MS = 24 * HOUR_MS
/** Auctions forget everything 30 days after they settled, which is two days after the lead at the latest. */
const AUCTION_LIFE_MS = 33 * DAY_MS
const LEADS_A_RUN = 200
const AT_A_TIME = 20

export class RetentionJob {
  readonly #parts: RetentionJobParts

  constructor(parts: RetentionJobParts) {
    this.#parts = parts
  }

  /** @returns how many leads were looked at. @throws where an auction could not be reached; run it again */
  async run(): Promise<number> {
    let leads = 0
    for (const tenantId of await this.#parts.tenants()) {
      const { contactDays, detailsDays, contactErasedTo, detailsErasedTo } = await this.#parts.store(tenantId).read()
      leads += await this.#erase(tenantId, 'contact', contactDays, contactErasedTo)
      leads += await this.#erase(tenantId, 'details', detailsDays, detailsErasedTo)
    }
    return leads
  }

  async #erase(tenantId: string, name: FieldClass, days: number, erasedTo: string): Promise<number> {
    const { store, now } = this.#parts
    // By the hour: how far it has come is a write.
    const until = new Date(Math.floor((now() - days * DAY_MS) / HOUR_MS) * HOUR_MS).toISOString()
    if (erasedTo >= until) return 0
    const leads = await store(tenantId).aged(erasedTo, until, LEADS_A_RUN)
    await this.#eraseAuctions(tenantId, name, leads)
    const last = leads.at(-1)
    const reached = leads.length < LEADS_A_RUN || last === undefined ? until : `${last.receivedAt} ${last.leadId}`
    await store(tenantId).erase(
      name,
      leads.map(({ leadId }) => leadId),
      reached,
    )
    return leads.length
  }

  async #eraseAuctions(tenantId: string, name: FieldClass, leads: readonly AgedLead[]): Promise<void> {
    const since = new Date(this.#parts.now() - AUCTION_LIFE_MS).toISOString()
    const live = leads.filter(({ receivedAt, status }) => status === 'pending' || receivedAt >= since)
    const part = name === 'contact' ? 'contact' : 'all'
    for (let start = 0; start < live.length; start += AT_A_TIME) {
      const some = live.slice(start, start + AT_A_TIME)
      await Promise.all(some.map(({ auctionId }) => this.#parts.auction(auctionId).erase(tenantId, part)))
    }
  }
}
