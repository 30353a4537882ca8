/** Campaigns of one tenant. */
import { and, desc, eq, isNull, lt, sql } from 'drizzle-orm'
import type { CampaignSettings } from '../contracts/campaign'
import { type Page, type PageRequest, toPage } from '../contracts/pagination'
import type { AuditSubject } from './audit-trail'
import { type Change, ChangeSet, type Written } from './change-set'
import type { Database } from './database'
import { campaigns } from './schema'

export type CampaignRow = typeof campaigns.$inferSelect

export class CampaignStore {
  readonly #database: Database
  readonly #tenantId: string

  constructor(database: Database, tenantId: string) {
    this.#database = database
    this.#tenantId = tenantId
  }

  async create(id: string, settings: CampaignSettings, change: Change): Promise<Written<CampaignRow>> {
    const row: CampaignRow = {
      id,
      tenantId: this.#tenantId,
      ...columnsOf(settings),
      version: 1,
      createdAt: change.at,
      updatedAt: change.at,
      archivedAt: null,
    }
    const { publishIds } = await this.#changes(change)
      .writeAudited(this.#subject('create', id), this.#database.insert(campaigns).values(row))
      .publishCampaigns(eq(campaigns.id, id))
      .commit()
    return { row, publishIds }
  }

  /** @returns the campaign, also an archived one, or null where this tenant has none of that id */
  async read(id: string): Promise<CampaignRow | null> {
    const [row] = await this.#database.select().from(campaigns).where(this.#is(id))
    return row ?? null
  }

  /** @returns those that are not archived, the newest first */
  async list({ limit, after }: PageRequest): Promise<Page<CampaignRow>> {
    const rows = await this.#database
      .select()
      .from(campaigns)
      .where(
        and(
          eq(campaigns.tenantId, this.#tenantId),
          isNull(campaigns.archivedAt),
          after?.[0] === undefined ? undefined : lt(campaigns.id, after[0]),
        ),
      )
      .orderBy(desc(campaigns.id))
      .limit(limit + 1)
    return toPage(rows, limit, (row) => [row.id])
  }

  /**
   * @param known the row that the settings were made from
   * @returns null where the campaign was changed since it was read
   */
  async update(known: CampaignRow, settings: CampaignSettings, change: Change): Promise<Written<CampaignRow> | null> {
    const version = known.version + 1
    const changes = this.#changes(change)
      .writeAudited(
        this.#subject('update', known.id),
        this.#database
          .update(campaigns)
          .set({ ...columnsOf(settings), version, updatedAt: change.at })
          .where(and(this.#is(known.id), eq(campaigns.version, known.version), isNull(campaigns.archivedAt)))
          .returning(),
      )
      .publishCampaigns(
        and(eq(campaigns.id, known.id), eq(campaigns.version, version), eq(campaigns.updatedAt, change.at)),
      )
    const isFoundByOther = known.vertical !== settings.vertical || known.subVertical !== settings.sub_vertical
    if (isFoundByOther) changes.publishSuppliersOfCampaign(known.id)
    const { publishIds, results } = await changes.commit()
    const [row] = results[0] as readonly CampaignRow[]
    return row === undefined ? null : { row, publishIds }
  }

  /** Takes the campaign out of service for good; leads still refer to it. @returns the publish rows */
  async archive(id: string, change: Change): Promise<readonly string[]> {
    const { publishIds } = await this.#changes(change)
      .writeAudited(
        this.#subject('archive', id),
        this.#database
          .update(campaigns)
          .set({ archivedAt: change.at, updatedAt: change.at, version: sql`${campaigns.version} + 1` })
          .where(and(this.#is(id), isNull(campaigns.archivedAt))),
      )
      .publishCampaigns(eq(campaigns.id, id))
      .commit()
    return publishIds
  }

  #is(id: string) {
    return and(eq(campaigns.tenantId, this.#tenantId), eq(campaigns.id, id))
  }

  #subject(deed: 'create' | 'update' | 'archive', id: string): AuditSubject {
    return { action: `campaign.${deed}`, kind: 'campaign', id, table: campaigns, where: this.#is(id) }
  }

  #changes(change: Change): ChangeSet {
    return new ChangeSet(this.#database, this.#tenantId, change)
  }
}

function columnsOf(settings: CampaignSettings) {
  const { name, vertical, sub_vertical: subVertical, status } = settings
  return { name, vertical, subVertical, status, settings }
}
