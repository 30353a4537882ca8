/**
 * One change of the configuration: what is written, a publish row for everything that the edge must hear of because of it,
 * and who did it, committed in one batch. A change without its publish rows and its record cannot be made here.
 *
 * Which campaigns a buyer or supplier is in is asked by the statement that writes, not before it: a contract that is added
 * meanwhile is never missed.
 */
import { and, eq, inArray, isNull, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import type { Actor } from '../contracts/audit-entry'
import { type AuditSubject, auditStatements } from './audit-trail'
import type { Database, Statement } from './database'
import { runOnce } from './request-fence'
import { apiKeys, buyerContracts, buyers, campaigns, oauthClients, publishes, sourceLinks, suppliers } from './schema'

/** When, by whom and under which name a change happens; ids and clocks come from the caller. */
export interface Change {
  /** `pub_<ulid>`, unique: the ids of the change's publish rows begin with it. */
  readonly id: string
  /** RFC 3339 UTC. */
  readonly at: string
  readonly by: Actor
  /** Names the request that the change is made for; a request that is named makes one change, however often it is tried. */
  readonly fence?: string
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
  readonly #before: Statement[] = []
  /** With the records right behind the writes that they are about. */
  readonly #writes: { readonly statement: Statement; readonly isRecord: boolean }[] = []
  readonly #publishes: Statement[] = []
  readonly #after: Statement[] = []

  constructor(
    readonly database: Database,
    readonly tenantId: string,
    readonly change: Change,
  ) {}

  write(statement: Statement): this {
    this.#writes.push({ statement, isRecord: false })
    return this
  }

  /** Writes what the change is about, and puts it on record: the row before and after, by whom and when. */
  writeAudited(subject: AuditSubject, statement: Statement): this {
    const number = this.#before.length === 0 ? '' : `.${this.#before.length}`
    const stamp = { id: `aud_${this.change.id.replace(/^pub_/, '')}${number}`, at: this.change.at, by: this.change.by }
    const records = auditStatements(this.database, this.tenantId, stamp, subject)
    this.#before.push(records.before)
    this.#writes.push({ statement, isRecord: false }, { statement: records.behind, isRecord: true })
    this.#after.push(records.after)
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
    return this.#touchSuppliers(eq(suppliers.id, supplierId))
  }

  /** A key ends: its supplier's gate must hear of it, where it is a supplier's. */
  touchSupplierOfKey(keyId: string): this {
    const owner = this.database
      .select({ id: apiKeys.subjectId })
      .from(apiKeys)
      .where(and(eq(apiKeys.tenantId, this.tenantId), eq(apiKeys.id, keyId)))
    return this.#touchSuppliers(inArray(suppliers.id, owner))
  }

  /** The same for an OAuth client. */
  touchSupplierOfClient(clientId: string): this {
    const owner = this.database
      .select({ id: oauthClients.subjectId })
      .from(oauthClients)
      .where(and(eq(oauthClients.tenantId, this.tenantId), eq(oauthClients.id, clientId)))
    return this.#touchSuppliers(inArray(suppliers.id, owner))
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
  publish(kind: Exclude<PublishKind, 'campaign' | 'supplier_campaigns'>, subjectId: string): this {
    const { database, tenantId, change } = this
    const row = { id: `${change.id}.${subjectId}`, tenantId, kind, subjectId, createdAt: change.at }
    this.#publishes.push(database.insert(publishes).values(row).returning({ id: publishes.id }))
    return this
  }

  /** The supplier came into a campaign, or left one. */
  publishCampaignsOfSupplier(supplierId: string): this {
    const { database, tenantId, change } = this
    const id = `${change.id}.${supplierId}.campaigns`
    const row = { id, tenantId, kind: 'supplier_campaigns' as const, subjectId: supplierId, createdAt: change.at }
    this.#publishes.push(database.insert(publishes).values(row).returning({ id: publishes.id }))
    return this
  }

  /** What the campaign's suppliers find it by changed. */
  publishSuppliersOfCampaign(campaignId: string): this {
    const { database, tenantId, change } = this
    const rows = database
      .select({
        id: sql<string>`${change.id} || '.' || ${sourceLinks.supplierId} || '.campaigns'`.as('id'),
        tenantId: sourceLinks.tenantId,
        kind: sql<PublishKind>`'supplier_campaigns'`.as('kind'),
        subjectId: sourceLinks.supplierId,
        createdAt: sql<string>`${change.at}`.as('created_at'),
      })
      .from(sourceLinks)
      .where(and(eq(sourceLinks.tenantId, tenantId), eq(sourceLinks.campaignId, campaignId)))
    this.#publishes.push(database.insert(publishes).select(rows).returning({ id: publishes.id }))
    return this
  }

  /** Revokes what keys and OAuth clients the supplier or buyer still has. */
  revokeCredentialsOf(subjectId: string): this {
    const { database, tenantId, change } = this
    const [keys, clients] = [
      and(eq(apiKeys.tenantId, tenantId), eq(apiKeys.subjectId, subjectId), isNull(apiKeys.revokedAt)),
      and(eq(oauthClients.tenantId, tenantId), eq(oauthClients.subjectId, subjectId), isNull(oauthClients.revokedAt)),
    ]
    this.write(database.update(apiKeys).set({ revokedAt: change.at }).where(keys))
    this.write(database.update(oauthClients).set({ revokedAt: change.at }).where(clients))
    return this.publishCredentialsOf(subjectId)
  }

  /** Something that holds for all credentials of the supplier or buyer changed. */
  publishCredentialsOf(subjectId: string): this {
    return this.#publishAll('credential', apiKeys, subjectId).#publishAll('oauth_client', oauthClients, subjectId)
  }

  #publishAll(kind: PublishKind, table: typeof apiKeys | typeof oauthClients, subjectId: string): this {
    const { database, tenantId, change } = this
    const rows = database
      .select({
        id: this.#rowId(table.id).as('id'),
        tenantId: table.tenantId,
        kind: sql<PublishKind>`${kind}`.as('kind'),
        subjectId: table.id,
        createdAt: sql<string>`${change.at}`.as('created_at'),
      })
      .from(table)
      .where(and(eq(table.tenantId, tenantId), eq(table.subjectId, subjectId)))
    this.#publishes.push(database.insert(publishes).select(rows).returning({ id: publishes.id }))
    return this
  }

  /** Commits all of it, or nothing. @throws where nothing was written with its record */
  async commit(): Promise<Committed> {
    if (this.#before.length === 0) throw new Error('a change must say what it is about')
    const writes = this.#writes.map(({ statement }) => statement)
    const all = await runOnce(this.database, this.change, [
      ...this.#before,
      ...writes,
      ...this.#publishes,
      ...this.#after,
    ])
    const results = all.slice(this.#before.length)
    const published = results.slice(writes.length, writes.length + this.#publishes.length)
    return {
      publishIds: (published as readonly (readonly { readonly id: string }[])[]).flatMap((rows) =>
        rows.map(({ id }) => id),
      ),
      results: results.slice(0, writes.length).filter((_, index) => this.#writes[index]?.isRecord === false),
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

  #touchSuppliers(condition: SQL): this {
    const { database, tenantId, change } = this
    const mine = and(eq(suppliers.tenantId, tenantId), condition)
    this.write(
      database
        .update(suppliers)
        .set({ version: sql`${suppliers.version} + 1` })
        .where(mine),
    )
    const rows = database
      .select({
        id: this.#rowId(suppliers.id).as('id'),
        tenantId: suppliers.tenantId,
        kind: sql<PublishKind>`'supplier'`.as('kind'),
        subjectId: suppliers.id,
        createdAt: sql<string>`${change.at}`.as('created_at'),
      })
      .from(suppliers)
      .where(mine)
    this.#publishes.push(database.insert(publishes).select(rows).returning({ id: publishes.id }))
    return this
  }

  #rowId(subjectId: SQLiteColumn): SQL<string> {
    return sql<string>`${this.change.id} || '.' || ${subjectId}`
  }
}
