/** Buyer contracts of one tenant: buyers in campaigns. That both ends are the tenant's own is the caller's to check. */
import { and, count, desc, eq, lt } from 'drizzle-orm'
import type { BuyerContractSettings } from '../contracts/contract-settings'
import { type Page, type PageRequest, toPage } from '../contracts/pagination'
import type { AuditSubject } from './audit-trail'
import { type Change, ChangeSet, type Written } from './change-set'
import type { Database } from './database'
import { buyerContracts } from './schema'

export type BuyerContractRow = typeof buyerContracts.$inferSelect

/** Which buyer in which campaign. */
export interface BuyerContractKey {
  readonly campaignId: string
  readonly buyerId: string
}

export interface PutBuyerContract extends BuyerContractKey {
  /** The contract's id where it is new; one that is there keeps its own. */
  readonly id: string
  /** Without secrets. */
  readonly settings: BuyerContractSettings
  readonly sealedSecrets: string | null
}

export class BuyerContractStore {
  readonly #database: Database
  readonly #tenantId: string

  constructor(database: Database, tenantId: string) {
    this.#database = database
    this.#tenantId = tenantId
  }

  /** Creates the contract, or replaces its settings and secrets. */
  async put(contract: PutBuyerContract, change: Change): Promise<Written<BuyerContractRow>> {
    const { settings, sealedSecrets } = contract
    const { publishIds, results } = await new ChangeSet(this.#database, this.#tenantId, change)
      .writeAudited(
        this.#subject('put', contract),
        this.#database
          .insert(buyerContracts)
          .values({ ...contract, tenantId: this.#tenantId, createdAt: change.at, updatedAt: change.at })
          .onConflictDoUpdate({
            target: [buyerContracts.campaignId, buyerContracts.buyerId],
            set: { settings, sealedSecrets, updatedAt: change.at },
            setWhere: eq(buyerContracts.tenantId, this.#tenantId),
          })
          .returning(),
      )
      .touchCampaign(contract.campaignId)
      .touchBuyer(contract.buyerId)
      .commit()
    const [row] = results[0] as readonly BuyerContractRow[]
    if (row === undefined) throw new Error('the buyer contract belongs to another tenant')
    return { row, publishIds }
  }

  async read(key: BuyerContractKey): Promise<BuyerContractRow | null> {
    const [row] = await this.#database.select().from(buyerContracts).where(this.#is(key))
    return row ?? null
  }

  async list(campaignId: string, { limit, after }: PageRequest): Promise<Page<BuyerContractRow>> {
    const rows = await this.#database
      .select()
      .from(buyerContracts)
      .where(and(this.#of(campaignId), after?.[0] === undefined ? undefined : lt(buyerContracts.buyerId, after[0])))
      .orderBy(desc(buyerContracts.buyerId))
      .limit(limit + 1)
    return toPage(rows, limit, (row) => [row.buyerId])
  }

  /** @returns the buyer's contracts in all campaigns */
  async ofBuyer(buyerId: string): Promise<readonly BuyerContractRow[]> {
    return await this.#database
      .select()
      .from(buyerContracts)
      .where(and(eq(buyerContracts.tenantId, this.#tenantId), eq(buyerContracts.buyerId, buyerId)))
  }

  /** @returns all contracts of the campaign, of which there are few enough for one answer */
  async ofCampaign(campaignId: string): Promise<readonly BuyerContractRow[]> {
    return await this.#database.select().from(buyerContracts).where(this.#of(campaignId))
  }

  async countOf(campaignId: string): Promise<number> {
    const [row] = await this.#database.select({ count: count() }).from(buyerContracts).where(this.#of(campaignId))
    return row?.count ?? 0
  }

  /** Removes the contract with its secrets. @returns the publish rows */
  async remove(key: BuyerContractKey, change: Change): Promise<readonly string[]> {
    const { publishIds } = await new ChangeSet(this.#database, this.#tenantId, change)
      .writeAudited(this.#subject('remove', key), this.#database.delete(buyerContracts).where(this.#is(key)))
      .touchCampaign(key.campaignId)
      .touchBuyer(key.buyerId)
      .commit()
    return publishIds
  }

  #of(campaignId: string) {
    return and(eq(buyerContracts.tenantId, this.#tenantId), eq(buyerContracts.campaignId, campaignId))
  }

  #subject(deed: 'put' | 'remove', key: BuyerContractKey): AuditSubject {
    const id = `${key.campaignId}/${key.buyerId}`
    return { action: `buyer_contract.${deed}`, kind: 'buyer_contract', id, table: buyerContracts, where: this.#is(key) }
  }

  #is({ campaignId, buyerId }: BuyerContractKey) {
    return and(this.#of(campaignId), eq(buyerContracts.buyerId, buyerId))
  }
}
