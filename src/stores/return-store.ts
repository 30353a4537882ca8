/**
 * Returns of one tenant. An approval reverses both sides of the sale in one transaction with the sums of the reports: what the
 * ledger and the rollups say is never apart.
 *
 * A sale has one return, and a return is approved once. Both are held by the database: the sale's unique key, the key of the
 * ledger's row, and a status that may not be null, which stops an approval that finds another state than it expects.
 */
import { and, desc, eq, isNull, lt } from 'drizzle-orm'
import { type Page, type PageRequest, toPage } from '../contracts/pagination'
import { type AfterSaleChange, runAfterSale } from './after-sale-batch'
import { isAmong, openDatabase } from './database'
import { leadReturns } from './schema'

export type ReturnRow = typeof leadReturns.$inferSelect
export type NewReturn = Omit<ReturnRow, 'tenantId' | 'accountToldAt'>

export interface ReturnFilter {
  readonly status?: ReturnRow['status'] | undefined
  readonly buyerId?: string | undefined
}

/** What the ledger has of a sale. */
export interface BookedSale {
  readonly contractId: string
  readonly buyerId: string
  readonly revenueMicros: number
  readonly payoutMicros: number
  readonly at: string
}

export interface Decision {
  readonly status: 'approved' | 'denied'
  /** Null leaves what the return has. */
  readonly restoreCaps: boolean | null
}

const INSERT = `
  INSERT INTO lead_returns (id, tenant_id, auction_id, contract_id, lead_id, campaign_id, supplier_id, buyer_id, status,
    reason, test, currency, revenue_micros, payout_micros, sold_at, sealed_note, sealed_note_key, requested_by, requested_at,
    decided_by, decided_at, restore_caps)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)`

/** What is approved stays approved; what was denied may be approved after all. */
const DECIDE = `
  UPDATE lead_returns SET
    status = CASE WHEN status = 'requested' OR (status = 'denied' AND ?3 = 'approved') THEN ?3 END,
    decided_by = 'operator', decided_at = ?4, restore_caps = coalesce(?5, restore_caps)
  WHERE tenant_id = ?1 AND id = ?2`

/** Test leads have no sale in the ledger, and nothing to reverse. */
const SALE = `
  FROM lead_returns AS returned
  JOIN ledger AS sale ON sale.auction_id = returned.auction_id AND sale.contract_id = returned.contract_id AND sale.kind = 'sale'
  JOIN leads AS lead ON lead.id = returned.lead_id
  WHERE returned.tenant_id = ?1 AND returned.id = ?2`

const ADD_TO_ROLLUPS = `
  INSERT INTO rollups (tenant_id, hour, campaign_id, supplier_id, buyer_id, leads, sales, revenue_micros, payout_micros,
                       returns, returned_revenue_micros, returned_payout_micros)
  SELECT sale.tenant_id, substr(lead.received_at, 1, 13), sale.campaign_id, sale.supplier_id, sale.buyer_id, 0, 0, 0, 0,
         1, sale.revenue_micros, sale.payout_micros ${SALE}
  ON CONFLICT DO UPDATE SET
    returns = returns + excluded.returns,
    returned_revenue_micros = returned_revenue_micros + excluded.returned_revenue_micros,
    returned_payout_micros = returned_payout_micros + excluded.returned_payout_micros`

/** Without an answer to a conflict: a second reversal undoes its whole batch. */
const ADD_TO_LEDGER = `
  INSERT INTO ledger (auction_id, contract_id, kind, tenant_id, lead_id, campaign_id, supplier_id, buyer_id, currency,
                      revenue_micros, payout_micros, at)
  SELECT sale.auction_id, sale.contract_id, 'return', sale.tenant_id, sale.lead_id, sale.campaign_id, sale.supplier_id,
         sale.buyer_id, sale.currency, -sale.revenue_micros, -sale.payout_micros, returned.decided_at ${SALE}`

/** What the database says where the keys of this file hold. */
const HELD = /UNIQUE constraint failed: (lead_returns|ledger)\.|NOT NULL constraint failed: lead_returns\.status/

export class ReturnStore {
  readonly #db: D1Database
  readonly #tenantId: string

  constructor(db: D1Database, tenantId: string) {
    this.#db = db
    this.#tenantId = tenantId
  }

  /**
   * Stores a return, reversed at once where it is approved already.
   *
   * @returns what the statements alongside returned, or null where the sale has a return
   */
  async add(row: NewReturn, change: AfterSaleChange): Promise<readonly D1Result[] | null> {
    const insert = this.#db
      .prepare(INSERT)
      .bind(
        row.id,
        this.#tenantId,
        row.auctionId,
        row.contractId,
        row.leadId,
        row.campaignId,
        row.supplierId,
        row.buyerId,
        row.status,
        row.reason,
        Number(row.test),
        row.currency,
        row.revenueMicros,
        row.payoutMicros,
        row.soldAt,
        row.sealedNote,
        row.sealedNoteKey,
        row.requestedBy,
        row.requestedAt,
        row.decidedBy,
        row.decidedAt,
        Number(row.restoreCaps),
      )
    return this.#run(change, [insert, ...(row.status === 'approved' ? this.#reversal(row.id) : [])])
  }

  /** @returns what the statements alongside returned, or null where it is decided otherwise, or there is none */
  async decide(id: string, decision: Decision, change: AfterSaleChange): Promise<readonly D1Result[] | null> {
    const restoreCaps = decision.restoreCaps === null ? null : Number(decision.restoreCaps)
    const decide = this.#db.prepare(DECIDE).bind(this.#tenantId, id, decision.status, change.at, restoreCaps)
    return this.#run(change, [decide, ...(decision.status === 'approved' ? this.#reversal(id) : [])])
  }

  async read(id: string): Promise<ReturnRow | null> {
    const [row] = await openDatabase(this.#db)
      .select()
      .from(leadReturns)
      .where(and(eq(leadReturns.tenantId, this.#tenantId), eq(leadReturns.id, id)))
    return row ?? null
  }

  /** @returns the newest first */
  async list({ status, buyerId }: ReturnFilter, { limit, after }: PageRequest): Promise<Page<ReturnRow>> {
    const rows = await openDatabase(this.#db)
      .select()
      .from(leadReturns)
      .where(
        and(
          eq(leadReturns.tenantId, this.#tenantId),
          status === undefined ? undefined : eq(leadReturns.status, status),
          buyerId === undefined ? undefined : eq(leadReturns.buyerId, buyerId),
          after?.[0] === undefined ? undefined : lt(leadReturns.id, after[0]),
        ),
      )
      .orderBy(desc(leadReturns.id))
      .limit(limit + 1)
    return toPage(rows, limit, (row) => [row.id])
  }

  /** @returns the returns of these leads */
  async of(leadIds: readonly string[]): Promise<readonly ReturnRow[]> {
    return await openDatabase(this.#db)
      .select()
      .from(leadReturns)
      .where(and(eq(leadReturns.tenantId, this.#tenantId), isAmong(leadReturns.leadId, leadIds)))
  }

  /** @returns the sales of a lead as they are booked; none of a test lead */
  async booked(leadId: string, auctionId: string): Promise<readonly BookedSale[]> {
    const { results } = await this.#db
      .prepare(
        `SELECT contract_id AS contractId, buyer_id AS buyerId, revenue_micros AS revenueMicros,
                payout_micros AS payoutMicros, at
         FROM ledger WHERE auction_id = ?3 AND tenant_id = ?1 AND lead_id = ?2 AND kind = 'sale'`,
      )
      .bind(this.#tenantId, leadId, auctionId)
      .all<BookedSale>()
    return results
  }

  /** The buyer's account has heard of the approval. */
  async accountTold(id: string, at: string): Promise<void> {
    await this.#db
      .prepare('UPDATE lead_returns SET account_told_at = ?3 WHERE tenant_id = ?1 AND id = ?2')
      .bind(this.#tenantId, id, at)
      .run()
  }

  #reversal(id: string): readonly D1PreparedStatement[] {
    return [ADD_TO_ROLLUPS, ADD_TO_LEDGER].map((sql) => this.#db.prepare(sql).bind(this.#tenantId, id))
  }

  async #run(change: AfterSaleChange, statements: readonly D1PreparedStatement[]): Promise<readonly D1Result[] | null> {
    try {
      return await runAfterSale(this.#db, this.#tenantId, change, statements)
    } catch (error) {
      if (error instanceof Error && HELD.test(error.message)) return null
      throw error
    }
  }
}

/** Approved returns of all tenants that their buyers' accounts have not heard of, the oldest first. */
export async function untoldReturns(db: D1Database, limit: number): Promise<readonly ReturnRow[]> {
  return await openDatabase(db)
    .select()
    .from(leadReturns)
    .where(and(eq(leadReturns.status, 'approved'), isNull(leadReturns.accountToldAt)))
    .orderBy(leadReturns.decidedAt)
    .limit(limit)
}
