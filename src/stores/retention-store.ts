/** How long leads are kept, and the erasing of those that are older; of one tenant. */

import { eq } from 'drizzle-orm'
import { DEFAULT_RETENTION, type RetentionDays } from '../contracts/retention'
import { type Change, ChangeSet } from './change-set'
import type { Database } from './database'
import { openDatabase } from './database'
import { retention } from './schema'

export type FieldClass = 'contact' | 'details'

export interface AgedLead {
  readonly leadId: string
  readonly auctionId: string
  readonly receivedAt: string
  readonly status: 'sold' | 'unsold' | 'pending'
}

interface Columns {
  readonly erasedTo: string
  readonly erase: readonly string[]
}

const IDS = 'SELECT value FROM json_each(?2)'
const OF_LEADS = `WHERE tenant_id = ?1 AND id IN (${IDS})`
const OF_NOTES = `WHERE tenant_id = ?1 AND lead_id IN (${IDS})`

/** Notes on a lead may say anything of the person: they go with the contact data. */
const CLASSES: { readonly [name in FieldClass]: Columns } = {
  contact: {
    erasedTo: 'contact_erased_to',
    erase: [
      `DELETE FROM lead_contacts WHERE tenant_id = ?1 AND lead_id IN (${IDS}) AND contact_key IN (
         SELECT contact.value FROM leads, json_each(leads.contact_keys) AS contact
         WHERE leads.tenant_id = ?1 AND leads.id IN (${IDS}))`,
      `UPDATE leads SET sealed_fields = NULL, sealed_key = NULL, contact_keys = NULL ${OF_LEADS}`,
      `UPDATE lead_feedback SET sealed_note = NULL, sealed_note_key = NULL ${OF_NOTES}`,
      `UPDATE lead_returns SET sealed_note = NULL, sealed_note_key = NULL ${OF_NOTES}`,
      `UPDATE audit_log SET sealed_note = NULL, sealed_note_key = NULL WHERE tenant_id = ?1 AND target_id IN (${IDS})`,
    ],
  },
  details: {
    erasedTo: 'details_erased_to',
    erase: [`UPDATE leads SET sealed_details = NULL, details_key = NULL ${OF_LEADS}`],
  },
}

export class RetentionStore {
  readonly #d1: D1Database
  readonly #database: Database
  readonly #tenantId: string

  constructor(d1: D1Database, tenantId: string) {
    this.#d1 = d1
    this.#database = openDatabase(d1)
    this.#tenantId = tenantId
  }

  async read(): Promise<RetentionDays & { readonly contactErasedTo: string; readonly detailsErasedTo: string }> {
    const [row] = await this.#database.select().from(retention).where(eq(retention.tenantId, this.#tenantId))
    return row ?? { ...DEFAULT_RETENTION, contactErasedTo: '', detailsErasedTo: '' }
  }

  async set(days: RetentionDays, change: Change): Promise<void> {
    const subject = {
      action: 'retention.update',
      kind: 'retention',
      id: this.#tenantId,
      table: retention,
      where: eq(retention.tenantId, this.#tenantId),
    }
    const upsert = this.#database
      .insert(retention)
      .values({ tenantId: this.#tenantId, ...days })
      .onConflictDoUpdate({ target: retention.tenantId, set: days })
    await new ChangeSet(this.#database, this.#tenantId, change).writeAudited(subject, upsert).commit()
  }

  /**
   * @param after the place that the erasing has come to: when a lead was received, and its id behind a space
   * @param until RFC 3339 UTC
   * @returns the oldest leads behind that place
   */
  async aged(after: string, until: string, limit: number): Promise<readonly AgedLead[]> {
    const [receivedAt = '', id = ''] = after.split(' ')
    const { results } = await this.#d1
      .prepare(
        `SELECT id AS leadId, auction_id AS auctionId, received_at AS receivedAt, status FROM leads
         WHERE tenant_id = ?1 AND (received_at, id) > (?2, ?3) AND received_at <= ?4
         ORDER BY received_at, id LIMIT ?5`,
      )
      .bind(this.#tenantId, receivedAt, id, until, limit)
      .all<AgedLead>()
    return results
  }

  /** Erases one class of the leads' fields, and notes how far that has come. */
  async erase(name: FieldClass, leadIds: readonly string[], erasedTo: string): Promise<void> {
    const { erase, erasedTo: column } = CLASSES[name]
    const ids = JSON.stringify(leadIds)
    const { contactDays, detailsDays } = DEFAULT_RETENTION
    await this.#d1.batch([
      ...(leadIds.length === 0 ? [] : erase.map((text) => this.#d1.prepare(text).bind(this.#tenantId, ids))),
      this.#d1
        .prepare(
          `INSERT INTO retention (tenant_id, contact_days, details_days, ${column}) VALUES (?1, ?2, ?3, ?4)
           ON CONFLICT DO UPDATE SET ${column} = max(${column}, excluded.${column})`,
        )
        .bind(this.#tenantId, contactDays, detailsDays, erasedTo),
    ])
  }
}
