/** All that one campaign's snapshot is compiled from, read as one transaction, so that it is never of two moments. */
import { and, asc, eq, inArray, isNull } from 'drizzle-orm'
import type { BuyerContractRow } from './buyer-contract-store'
import type { BuyerRow } from './buyer-store'
import type { CampaignRow } from './campaign-store'
import type { Database } from './database'
import { buyerContracts, buyers, campaigns, sourceLinks, suppliers, suppressionLists, tenants } from './schema'
import type { SourceLinkRow } from './source-link-store'
import type { SupplierRow } from './supplier-store'

export interface CampaignConfiguration {
  readonly campaign: CampaignRow
  readonly currency: string
  readonly links: readonly { readonly link: SourceLinkRow; readonly supplier: SupplierRow }[]
  readonly contracts: readonly { readonly contract: BuyerContractRow; readonly buyer: BuyerRow }[]
  /** Suppression lists that hold in every campaign. */
  readonly commonListIds?: readonly string[]
}

export class ConfigurationStore {
  readonly #database: Database
  readonly #tenantId: string

  constructor(database: Database, tenantId: string) {
    this.#database = database
    this.#tenantId = tenantId
  }

  /** @returns null where this tenant has no such campaign */
  async campaign(id: string): Promise<CampaignConfiguration | null> {
    const [[campaign], [tenant], links, linked, contracts, contracted, lists] = await this.#readAll(id)
    if (campaign === undefined || tenant === undefined) return null
    const suppliersById = new Map(linked.map((supplier) => [supplier.id, supplier]))
    const buyersById = new Map(contracted.map((buyer) => [buyer.id, buyer]))
    return {
      campaign,
      currency: tenant.currency,
      links: links.flatMap((link) => {
        const supplier = suppliersById.get(link.supplierId)
        return supplier === undefined ? [] : [{ link, supplier }]
      }),
      contracts: contracts.flatMap((contract) => {
        const buyer = buyersById.get(contract.buyerId)
        return buyer === undefined ? [] : [{ contract, buyer }]
      }),
      commonListIds: lists.map((list) => list.id),
    }
  }

  /** Rows by table instead of joins: a batch returns rows by column name, and joined tables share names. */
  #readAll(id: string) {
    const database = this.#database
    const tenantId = this.#tenantId
    const ofLinks = and(eq(sourceLinks.tenantId, tenantId), eq(sourceLinks.campaignId, id))
    const ofContracts = and(eq(buyerContracts.tenantId, tenantId), eq(buyerContracts.campaignId, id))
    const linkedIds = database.select({ id: sourceLinks.supplierId }).from(sourceLinks).where(ofLinks)
    const contractedIds = database.select({ id: buyerContracts.buyerId }).from(buyerContracts).where(ofContracts)
    return database.batch([
      database
        .select()
        .from(campaigns)
        .where(and(eq(campaigns.tenantId, tenantId), eq(campaigns.id, id))),
      database.select().from(tenants).where(eq(tenants.id, tenantId)),
      database.select().from(sourceLinks).where(ofLinks).orderBy(asc(sourceLinks.supplierId)),
      database
        .select()
        .from(suppliers)
        .where(and(eq(suppliers.tenantId, tenantId), inArray(suppliers.id, linkedIds))),
      database.select().from(buyerContracts).where(ofContracts).orderBy(asc(buyerContracts.buyerId)),
      database
        .select()
        .from(buyers)
        .where(and(eq(buyers.tenantId, tenantId), inArray(buyers.id, contractedIds))),
      database
        .select({ id: suppressionLists.id })
        .from(suppressionLists)
        .where(
          and(
            eq(suppressionLists.tenantId, tenantId),
            eq(suppressionLists.scope, 'all_campaigns'),
            isNull(suppressionLists.archivedAt),
          ),
        )
        .orderBy(asc(suppressionLists.id)),
    ])
  }
}
