/**
 * Leads of one tenant as their auctions reported them. Read only: the projector writes them.
 *
 * A list without filters, or by campaign, walks an index; by supplier, buyer or status alone it walks the tenant's leads by
 * time, which `from` and `to` bound.
 */
import { and, desc, eq, getTableColumns, gte, lt, type SQL, sql } from 'drizzle-orm'
import { type Page, type PageRequest, toPage } from '../contracts/pagination'
import { type Database, isAmong, openDatabase } from './database'
import { buyers, leadContacts, leads } from './schema'

/** Everything of a lead. */
export type LeadRow = typeof leads.$inferSelect
/** A lead in a list: without its bids. */
export type ListedLead = Omit<LeadRow, 'bids'>

export interface LeadFilter {
  readonly status?: LeadRow['status'] | undefined
  readonly campaignId?: string | undefined
  readonly supplierId?: string | undefined
  /** Any of its buyers. */
  readonly buyerId?: string | undefined
  /** RFC 3339 UTC with milliseconds, as the rows have it. */
  readonly receivedFrom?: string | undefined
  readonly receivedBefore?: string | undefined
}

const { bids: _, ...LISTED } = getTableColumns(leads)

export class LeadStore {
  readonly #database: Database
  readonly #tenantId: string

  constructor(d1: D1Database, tenantId: string) {
    this.#database = openDatabase(d1)
    this.#tenantId = tenantId
  }

  /** @returns the lead, or null where this tenant has none of that id */
  async read(id: string): Promise<LeadRow | null> {
    const [row] = await this.#database
      .select()
      .from(leads)
      .where(and(eq(leads.tenantId, this.#tenantId), eq(leads.id, id)))
    return row ?? null
  }

  /** @returns the newest first */
  async list(filter: LeadFilter, { limit, after }: PageRequest): Promise<Page<ListedLead>> {
    const rows = await this.#database
      .select(LISTED)
      .from(leads)
      .where(and(eq(leads.tenantId, this.#tenantId), ...conditions(filter), before(after)))
      .orderBy(desc(leads.receivedAt), desc(leads.id))
      .limit(limit + 1)
    return toPage(rows, limit, ({ receivedAt, id }) => [receivedAt, id])
  }

  /** @param contactKey the keyed hash of a phone or email. @returns the leads with it, the newest first */
  async withContact(contactKey: string, { limit, after }: PageRequest): Promise<Page<ListedLead>> {
    const rows = await this.#database
      .select(LISTED)
      .from(leadContacts)
      .innerJoin(leads, and(eq(leads.id, leadContacts.leadId), eq(leads.tenantId, leadContacts.tenantId)))
      .where(
        and(
          eq(leadContacts.tenantId, this.#tenantId),
          eq(leadContacts.contactKey, contactKey),
          after === null
            ? undefined
            : sql`(${leadContacts.receivedAt}, ${leadContacts.leadId}) < (${after[0]}, ${after[1]})`,
        ),
      )
      .orderBy(desc(leadContacts.receivedAt), desc(leadContacts.leadId))
      .limit(limit + 1)
    return toPage(rows, limit, ({ receivedAt, id }) => [receivedAt, id])
  }

  /** @returns what the buyer bid for those of the leads that it bought, micros by lead */
  async pricesPaid(buyerId: string, leadIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const price = sql<number>`(
      SELECT value ->> 'priceMicros' FROM json_each(${leads.bids})
      WHERE value ->> 'buyerId' = ${buyerId} AND value ->> 'result' = 'won' LIMIT 1
    )`
    const rows = await this.#database
      .select({ id: leads.id, price })
      .from(leads)
      .where(and(eq(leads.tenantId, this.#tenantId), isAmong(leads.id, leadIds)))
    return new Map(rows.map((row) => [row.id, row.price]))
  }

  /** @returns the oldest first of those that are not settled: the outcome of a post may be unknown */
  async listUnsettled({ limit, after }: PageRequest): Promise<Page<ListedLead>> {
    const place = after === null ? undefined : sql`(${leads.receivedAt}, ${leads.id}) > (${after[0]}, ${after[1]})`
    const rows = await this.#database
      .select(LISTED)
      .from(leads)
      .where(and(eq(leads.tenantId, this.#tenantId), sql`${leads.settledAt} IS NULL`, place))
      .orderBy(leads.receivedAt, leads.id)
      .limit(limit + 1)
    return toPage(rows, limit, ({ receivedAt, id }) => [receivedAt, id])
  }

  /** @returns names by id; a buyer of another tenant, or none, is left out */
  async buyerNames(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const rows = await this.#database
      .select({ id: buyers.id, name: buyers.name })
      .from(buyers)
      .where(and(eq(buyers.tenantId, this.#tenantId), isAmong(buyers.id, ids)))
    return new Map(rows.map(({ id, name }) => [id, name]))
  }
}

function conditions(filter: LeadFilter): readonly SQL[] {
  const all = [
    filter.status === undefined ? undefined : eq(leads.status, filter.status),
    filter.campaignId === undefined ? undefined : eq(leads.campaignId, filter.campaignId),
    filter.supplierId === undefined ? undefined : eq(leads.supplierId, filter.supplierId),
    filter.buyerId === undefined ? undefined : boughtBy(filter.buyerId),
    filter.receivedFrom === undefined ? undefined : gte(leads.receivedAt, filter.receivedFrom),
    filter.receivedBefore === undefined ? undefined : lt(leads.receivedAt, filter.receivedBefore),
  ]
  return all.filter((condition) => condition !== undefined)
}

/** The first buyer is a column; the others of a shared lead are among its bids. */
function boughtBy(buyerId: string): SQL {
  const amongBids = sql`EXISTS (
    SELECT 1 FROM json_each(${leads.bids}) WHERE value ->> 'buyerId' = ${buyerId} AND value ->> 'result' = 'won'
  )`
  return sql`(${leads.buyerId} = ${buyerId} OR (${leads.buyerId} IS NOT NULL AND ${amongBids}))`
}

/** Compared as a pair, so that the index is entered at the place instead of walked up to it. */
function before(place: readonly string[] | null): SQL | undefined {
  return place === null ? undefined : sql`(${leads.receivedAt}, ${leads.id}) < (${place[0]}, ${place[1]})`
}
