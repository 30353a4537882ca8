/** What suppliers, buyers and operators report of leads; one row a report, the newest is what holds. */
import { and, desc, eq } from 'drizzle-orm'
import { type AfterSaleChange, runAfterSale } from './after-sale-batch'
import { isAmong, openDatabase } from './database'
import { leadFeedback } from './schema'

export type FeedbackRow = typeof leadFeedback.$inferSelect

export class FeedbackStore {
  readonly #db: D1Database
  readonly #tenantId: string

  constructor(db: D1Database, tenantId: string) {
    this.#db = db
    this.#tenantId = tenantId
  }

  /** @returns what the statements alongside returned */
  async add(row: Omit<FeedbackRow, 'tenantId'>, change: AfterSaleChange): Promise<readonly D1Result[]> {
    const insert = this.#db
      .prepare(
        `INSERT INTO lead_feedback (id, tenant_id, lead_id, role, subject_id, status, reported_revenue_micros, sealed_note,
                                    sealed_note_key, occurred_at, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)`,
      )
      .bind(
        row.id,
        this.#tenantId,
        row.leadId,
        row.role,
        row.subjectId,
        row.status,
        row.reportedRevenueMicros,
        row.sealedNote,
        row.sealedNoteKey,
        row.occurredAt,
        row.createdAt,
      )
    return runAfterSale(this.#db, this.#tenantId, change, [insert])
  }

  /** @returns everything that was reported of these leads, the newest first */
  async of(leadIds: readonly string[]): Promise<readonly FeedbackRow[]> {
    return await openDatabase(this.#db)
      .select()
      .from(leadFeedback)
      .where(and(eq(leadFeedback.tenantId, this.#tenantId), isAmong(leadFeedback.leadId, leadIds)))
      .orderBy(desc(leadFeedback.occurredAt), desc(leadFeedback.id))
  }
}
