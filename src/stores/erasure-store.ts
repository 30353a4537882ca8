/** Erasures of one tenant's persons: the receipts, and the statements that erase. */
import { and, eq } from 'drizzle-orm'
import type { AuditedDeed } from '../contracts/audit-entry'
import { type AuditStamp, auditDeed } from './audit-trail'
import { type Database, openDatabase } from './database'
import { runOnce } from './request-fence'
import { erasures } from './schema'

export type ErasureRow = typeof erasures.$inferSelect
export type ErasureSubject = Pick<ErasureRow, 'id' | 'subjectKind' | 'subjectKey'>

export interface ErasureRequest {
  readonly at: string
  readonly fence?: string | undefined
  readonly stamp: AuditStamp
}

export interface FoundLead {
  readonly leadId: string
  readonly auctionId: string
}

/** The leads that a statement is about, as one parameter. */
const IDS = 'SELECT value FROM json_each(?2)'

const ERASE: readonly string[] = [
  `DELETE FROM lead_contacts WHERE tenant_id = ?1 AND lead_id IN (${IDS}) AND contact_key IN (
     SELECT contact.value FROM leads, json_each(leads.contact_keys) AS contact
     WHERE leads.tenant_id = ?1 AND leads.id IN (${IDS}))`,
  `UPDATE leads SET sealed_fields = NULL, sealed_key = NULL, sealed_details = NULL, details_key = NULL, contact_keys = NULL
   WHERE tenant_id = ?1 AND id IN (${IDS})`,
  `UPDATE lead_feedback SET sealed_note = NULL, sealed_note_key = NULL WHERE tenant_id = ?1 AND lead_id IN (${IDS})`,
  `UPDATE lead_returns SET sealed_note = NULL, sealed_note_key = NULL WHERE tenant_id = ?1 AND lead_id IN (${IDS})`,
  `UPDATE audit_log SET sealed_note = NULL, sealed_note_key = NULL WHERE tenant_id = ?1 AND target_id IN (${IDS})`,
]

const COUNT = `
  UPDATE erasures SET auctions = auctions + ?4, leads = leads + (
    SELECT count(*) FROM leads
    WHERE tenant_id = ?1 AND id IN (${IDS}) AND (sealed_key IS NOT NULL OR details_key IS NOT NULL))
  WHERE tenant_id = ?1 AND id = ?3`

/** Letters of leads of erased persons, of all tenants; a letter may die long after the erasure. */
const EMPTIED = `
  UPDATE dead_letters
  SET body = json_set(body, '$.sealedFields', NULL, '$.sealedKey', NULL, '$.sealedDetails', NULL, '$.detailsKey', NULL)
  WHERE body ->> 'kind' = 'lead' AND (body ->> 'sealedKey' IS NOT NULL OR body ->> 'detailsKey' IS NOT NULL)
    AND EXISTS (
      SELECT 1 FROM json_each(body, '$.contactKeys') AS contact
      JOIN erasures ON erasures.tenant_id = body ->> 'tenantId' AND erasures.subject_key = contact.value
      WHERE erasures.requested_at >= body ->> 'receivedAt')`

export class ErasureStore {
  readonly #d1: D1Database
  readonly #database: Database
  readonly #tenantId: string

  constructor(d1: D1Database, tenantId: string) {
    this.#d1 = d1
    this.#database = openDatabase(d1)
    this.#tenantId = tenantId
  }

  /** From here on nothing of the person that was received before is stored. */
  async begin(subject: ErasureSubject, { at, fence, stamp }: ErasureRequest): Promise<void> {
    const row = { ...subject, tenantId: this.#tenantId, requestedAt: at }
    const deed: AuditedDeed = { action: 'person.erase', targetKind: 'erasure', targetId: subject.id }
    await runOnce(this.#database, { at, fence }, [
      this.#database.insert(erasures).values(row),
      auditDeed(this.#database, this.#tenantId, stamp, deed),
    ])
  }

  async read(id: string): Promise<ErasureRow | null> {
    const [row] = await this.#database
      .select()
      .from(erasures)
      .where(and(eq(erasures.tenantId, this.#tenantId), eq(erasures.id, id)))
    return row ?? null
  }

  /** @returns leads of the person that came in before the request, until all are erased */
  async leadsLeft({ subjectKey, requestedAt }: ErasureRow, limit: number): Promise<readonly FoundLead[]> {
    const { results } = await this.#d1
      .prepare(
        `SELECT leads.id AS leadId, leads.auction_id AS auctionId
         FROM lead_contacts JOIN leads ON leads.id = lead_contacts.lead_id AND leads.tenant_id = lead_contacts.tenant_id
         WHERE lead_contacts.tenant_id = ?1 AND contact_key = ?2 AND lead_contacts.received_at <= ?3 LIMIT ?4`,
      )
      .bind(this.#tenantId, subjectKey, requestedAt, limit)
      .all<FoundLead>()
    return results
  }

  /** Erases the leads and counts them on the receipt. @param auctions how many of their auctions were erased */
  async eraseLeads(erasureId: string, leadIds: readonly string[], auctions: number): Promise<void> {
    const ids = JSON.stringify(leadIds)
    await this.#d1.batch([
      this.#d1.prepare(COUNT).bind(this.#tenantId, ids, erasureId, auctions),
      ...ERASE.map((text) => this.#d1.prepare(text).bind(this.#tenantId, ids)),
    ])
  }

  /** @param at RFC 3339 UTC */
  async finish(erasureId: string, at: string): Promise<void> {
    const letters = await emptyDeadLetters(this.#d1)
    await this.#d1
      .prepare(
        'UPDATE erasures SET completed_at = ?3, dead_letters = ?4 WHERE tenant_id = ?1 AND id = ?2 AND completed_at IS NULL',
      )
      .bind(this.#tenantId, erasureId, at, letters)
      .run()
  }
}

/** @returns how many messages that queues had given up on were emptied, of all tenants */
export async function emptyDeadLetters(d1: D1Database): Promise<number> {
  const { meta } = await d1.prepare(EMPTIED).run()
  return meta.changes
}

/** @returns erasures of all tenants that were interrupted, or have more to do */
export async function openErasures(
  d1: D1Database,
  limit: number,
): Promise<readonly Pick<ErasureRow, 'id' | 'tenantId'>[]> {
  const { results } = await d1
    .prepare('SELECT id, tenant_id AS tenantId FROM erasures WHERE completed_at IS NULL ORDER BY id LIMIT ?1')
    .bind(limit)
    .all<Pick<ErasureRow, 'id' | 'tenantId'>>()
  return results
}
