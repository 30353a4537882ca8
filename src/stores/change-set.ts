/**
 * One change of the configuration: what is written, and a publish row for everything that the edge must hear of because of
 * it, committed in one batch. A change without its publish rows cannot be made here.
 *
 * Which campaigns a buyer or supplier is in is asked by the statement that writes, not before it: a contract that is added
 * meanwhile is never missed.
 */
import { and, eq, inArray, isNull, type SQL, sql } from 'drizzle-orm'
import { type Database, runBatch, type Statement } from './database'
import { apiKeys, buyerContracts, buyers, campaigns, publishes, sourceLinks, suppliers } from './schema'

/** When and under which name a change happens; ids and clocks come from the caller. */
export interface Change {
  /** Unique: the ids of the change's publish rows begin with it. */
  readonly id: string
  /** RFC 3339 UTC. */
  readonly at: string
}

/** A changed row, and the publish rows to hand to the publisher. */
export interface Written<Row> {
  readonly row: Row
  readonly publishIds: readonly string[]
}

export interface Committed {
  readonly publishIds: readonly string[]
  /** What the written statements returned, in their order. */
  readonly results: readonly unknown[]
}

type PublishKind = typeof publishes.$inferInsert.kind

export class ChangeSet {
  readonly #writes: Statement[] = []
  readonly #publishes: Statement[] = []

  constructor(
    readonly database: Database,
    readonly tenantId: string,
    readonly change: Change,
  ) {}

  write(statement: Statement): this {
    this.#writes.push(statement)
    return this
  }

  /** Something of the campaign's snapshot changed. */
  touchCampaign(campaignId: string): this {
    return this.#touchCampaigns(eq(campaigns.id, campaignId))
  }

  touchCampaignsOfSupplier(supplierId: string): this {
    const linked = this.database
      .select({ id: sourceLinks.campaignId })
      .from(sourceLinks)
      .where(and(eq(sourceLinks.tenantId, this.tenantId), eq(sourceLinks.supplierId, supplierId)))
    return this.#touchCampaigns(inArray(campaigns.id, linked))
  }

  touchCampaignsOfBuyer(buyerId: string): this {
    const contracted = this.database
      .select({ id: buyerContracts.campaignId })
      .from(buyerContracts)
      .where(and(eq(buyerContracts.tenantId, this.tenantId), eq(buyerContracts.buyerId, buyerId)))
    return this.#touchCampaigns(inArray(campaigns.id, contracted))
  }

  /** Something that holds in every campaign of the tenant changed. */
  touchAllCampaigns(): this {
    return this.#touchCampaigns(isNull(campaigns.archivedAt))
  }

  /** Something that the buyer's account decides by changed. */
  touchBuyer(buyerId: string): this {
    const mine = and(eq(buyers.tenantId, this.tenantId), eq(buyers.id, buyerId))
    this.write(
      this.database
        .update(buyers)
        .set({ version: sql`${buyers.version} + 1` })
        .where(mine),
    )
    return this.publish('buyer', buyerId)
  }

  /** Something that the supplier's gate decides by changed. */
  touchSupplier(supplierId: string): this {
    const mine = and(eq(suppliers.tenantId, this.tenantId), eq(suppliers.id, supplierId))
    this.write(
      this.database
        .update(suppliers)
        .set({ version: sql`${suppliers.version} + 1` })
        .where(mine),
    )
    return this.publish('supplier', supplierId)
  }

  /** Adds rows for campaigns whose version this change has already raised. */
  publishCampaigns(condition: SQL | undefined): this {
    const { database, tenantId, change } = this
    const rows = database
      .select({
        id: this.#rowId(campaigns.id).as('id'),
        tenantId: campaigns.tenantId,
        kind: sql<PublishKind>`'campaign'`.as('kind'),
        subjectId: campaigns.id,
        createdAt: sql<string>`${change.at}`.as('created_at'),
      })
      .from(campaigns)
      .where(and(eq(campaigns.tenantId, tenantId), condition))
    this.#publishes.push(database.insert(publishes).select(rows).returning({ id: publishes.id }))
    return this
  }

  /** Adds the row of one credential, buyer or supplier. */
  publish(kind: Exclude<PublishKind, 'campaign'>, subjectId: string): this {
    const { database, tenantId, change } = this
    const row = { id: `${change.id}.${subjectId}`, tenantId, kind, subjectId, createdAt: change.at }
    this.#publishes.push(database.insert(publishes).values(row).returning({ id: publishes.id }))
    return this
  }

  /** Revokes what keys the supplier or buyer still has. */
  revokeKeysOf(subjectId: string): this {
    const { database, tenantId, change } = this
    const theirs = and(eq(apiKeys.tenantId, tenantId), eq(apiKeys.subjectId, subjectId))
    this.write(
      database
        .update(apiKeys)
        .set({ revokedAt: change.at })
        .where(and(theirs, isNull(apiKeys.revokedAt))),
    )
    const rows = database
      .select({
        id: this.#rowId(apiKeys.id).as('id'),
        tenantId: apiKeys.tenantId,
        kind: sql<PublishKind>`'credential'`.as('kind'),
        subjectId: apiKeys.id,
        createdAt: sql<string>`${change.at}`.as('created_at'),
      })
      .from(apiKeys)
      .where(theirs)
    this.#publishes.push(database.insert(publishes).select(rows).returning({ id: publishes.id }))
    return this
  }

  /** Commits all of it, or nothing. */
  async commit(): Promise<Committed> {
    const results = await runBatch(this.database, [...this.#writes, ...this.#publishes])
    const published = results.slice(this.#writes.length) as readonly (readonly { readonly id: string }[])[]
    return {
      publishIds: published.flatMap((rows) => rows.map(({ id }) => id)),
      results: results.slice(0, this.#writes.length),
    }
  }

  #touchCampaigns(condition: SQL): this {
    const mine = and(eq(campaigns.tenantId, this.tenantId), condition)
    this.write(
      this.database
        .update(campaigns)
        .set({ version: sql`${campaigns.version} + 1` })
        .where(mine),
    )
    return this.publishCampaigns(condition)
  }

  #rowId(subjectId: typeof campaigns.id | typeof apiKeys.id): SQL<string> {
    return sql<string>`${this.change.id} || '.' || ${subjectId}`
  }
}
