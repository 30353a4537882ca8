/** Source links of one tenant: suppliers in campaigns. That both ends are the tenant's own is the caller's to check. */
import { and, asc, count, desc, eq, isNull, lt } from 'drizzle-orm'
import { type Page, type PageRequest, toPage } from '../contracts/pagination'
import type { SourceLinkSettings } from '../contracts/source-link'
import type { AuditSubject } from './audit-trail'
import type { CampaignRow } from './campaign-store'
import { type Change, ChangeSet, type Written } from './change-set'
import type { Database } from './database'
import { campaigns, sourceLinks } from './schema'

export type SourceLinkRow = typeof sourceLinks.$inferSelect

/** Which supplier in which campaign. */
export interface SourceLinkKey {
  readonly campaignId: string
  readonly supplierId: string
}

export class SourceLinkStore {
  readonly #database: Database
  readonly #tenantId: string

  constructor(database: Database, tenantId: string) {
    this.#database = database
    this.#tenantId = tenantId
  }

  /**
   * Creates the link, or replaces its settings.
   *
   * The supplier's gate is told only of links that have, or had, caps: an object is placed for good near whoever calls it
   * first, and that should be the supplier.
   *
   * @param known the link as it was, or null
   */
  async put(
    key: SourceLinkKey,
    settings: SourceLinkSettings,
    { known, change }: { readonly known: SourceLinkRow | null; readonly change: Change },
  ): Promise<Written<SourceLinkRow>> {
    const { campaignId, supplierId } = key
    const at = { createdAt: change.at, updatedAt: change.at }
    const changes = new ChangeSet(this.#database, this.#tenantId, change)
      .writeAudited(
        this.#subject('put', key),
        this.#database
          .insert(sourceLinks)
          .values({ campaignId, supplierId, tenantId: this.#tenantId, settings, ...at })
          .onConflictDoUpdate({
            target: [sourceLinks.campaignId, sourceLinks.supplierId],
            set: { settings, updatedAt: change.at },
            setWhere: eq(sourceLinks.tenantId, this.#tenantId),
          })
          .returning(),
      )
      .touchCampaign(campaignId)
      .publishCampaignsOfSupplier(supplierId)
    if (isCounted(settings) || isCounted(known?.settings)) changes.touchSupplier(supplierId)
    const { publishIds, results } = await changes.commit()
    const [row] = results[0] as readonly SourceLinkRow[]
    if (row === undefined) throw new Error('the source link belongs to another tenant')
    return { row, publishIds }
  }

  async read(key: SourceLinkKey): Promise<SourceLinkRow | null> {
    const [row] = await this.#database.select().from(sourceLinks).where(this.#is(key))
    return row ?? null
  }

  /**
   * Gives the link's specs page a new address, or none.
   *
   * @param specsNonce null takes the page away
   * @returns the publish rows, or null where this tenant has no such link
   */
  async share(key: SourceLinkKey, specsNonce: string | null, change: Change): Promise<readonly string[] | null> {
    const { results, publishIds } = await new ChangeSet(this.#database, this.#tenantId, change)
      .writeAudited(
        this.#subject(specsNonce === null ? 'revoke_specs' : 'rotate_specs', key),
        this.#database.update(sourceLinks).set({ specsNonce }).where(this.#is(key)).returning(),
      )
      .touchCampaign(key.campaignId)
      .commit()
    return (results[0] as readonly SourceLinkRow[]).length === 0 ? null : publishIds
  }

  async list(campaignId: string, { limit, after }: PageRequest): Promise<Page<SourceLinkRow>> {
    const rows = await this.#database
      .select()
      .from(sourceLinks)
      .where(and(this.#of(campaignId), after?.[0] === undefined ? undefined : lt(sourceLinks.supplierId, after[0])))
      .orderBy(desc(sourceLinks.supplierId))
      .limit(limit + 1)
    return toPage(rows, limit, (row) => [row.supplierId])
  }

  /** @returns the supplier's links in all campaigns */
  async ofSupplier(supplierId: string): Promise<readonly SourceLinkRow[]> {
    return await this.#database
      .select()
      .from(sourceLinks)
      .where(and(eq(sourceLinks.tenantId, this.#tenantId), eq(sourceLinks.supplierId, supplierId)))
  }

  /** @returns the campaigns that the supplier is linked to and that are not archived, with what they are found by */
  async campaignsOf(supplierId: string): Promise<readonly Pick<CampaignRow, 'id' | 'vertical' | 'subVertical'>[]> {
    const { id, vertical, subVertical } = campaigns
    return await this.#database
      .select({ id, vertical, subVertical })
      .from(sourceLinks)
      .innerJoin(campaigns, and(eq(campaigns.tenantId, this.#tenantId), eq(campaigns.id, sourceLinks.campaignId)))
      .where(
        and(
          eq(sourceLinks.tenantId, this.#tenantId),
          eq(sourceLinks.supplierId, supplierId),
          isNull(campaigns.archivedAt),
        ),
      )
      .orderBy(asc(id))
  }

  async countOf(campaignId: string): Promise<number> {
    const [row] = await this.#database.select({ count: count() }).from(sourceLinks).where(this.#of(campaignId))
    return row?.count ?? 0
  }

  /** @returns the publish rows */
  async remove(known: SourceLinkRow, change: Change): Promise<readonly string[]> {
    const changes = new ChangeSet(this.#database, this.#tenantId, change)
      .writeAudited(this.#subject('remove', known), this.#database.delete(sourceLinks).where(this.#is(known)))
      .touchCampaign(known.campaignId)
      .publishCampaignsOfSupplier(known.supplierId)
    if (isCounted(known.settings)) changes.touchSupplier(known.supplierId)
    return (await changes.commit()).publishIds
  }

  #of(campaignId: string) {
    return and(eq(sourceLinks.tenantId, this.#tenantId), eq(sourceLinks.campaignId, campaignId))
  }

  #subject(deed: 'put' | 'remove' | 'rotate_specs' | 'revoke_specs', key: SourceLinkKey): AuditSubject {
    const id = `${key.campaignId}/${key.supplierId}`
    return { action: `source_link.${deed}`, kind: 'source_link', id, table: sourceLinks, where: this.#is(key) }
  }

  #is({ campaignId, supplierId }: SourceLinkKey) {
    return and(this.#of(campaignId), eq(sourceLinks.supplierId, supplierId))
  }
}

/** Whether the supplier's gate counts anything for the link. */
function isCounted(settings: unknown): boolean {
  const { caps, ping_caps } = (settings ?? { caps: [], ping_caps: [] }) as Pick<
    SourceLinkSettings,
    'caps' | 'ping_caps'
  >
  return caps.length > 0 || ping_caps.length > 0
}
