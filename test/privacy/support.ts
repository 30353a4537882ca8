/** A tenant of one test with what erases its leads, and auctions that only note what they are told. */
import { env } from 'cloudflare:workers'
import type { ErasedPart } from '../../src/contracts/auction'
import type { LeadProjection } from '../../src/contracts/projection'
import { PersonErasure } from '../../src/privacy/person-erasure'
import { applyLeadProjections } from '../../src/stores/projector-store'
import { createTenantStores } from '../../src/stores/tenant-stores'
import { fresh, soldLead } from '../support/projections'

export const NOW = Date.parse('2026-11-21T12:30:00Z')
export const iso = (ms: number) => new Date(ms).toISOString()
export const DAY_MS = 24 * 60 * 60 * 1_000

export class TestTenant {
  readonly id = fresh('tenant')
  readonly stores = createTenantStores(env.DB, this.id)
  /** As `all auc_000001`. */
  readonly told: string[] = []
  /** What an auction that cannot be reached throws. */
  failure: Error | null = null

  readonly auction = (auctionId: string) => ({
    erase: async (_: string, part: ErasedPart) => {
      if (this.failure !== null) throw this.failure
      this.told.push(`${part} ${auctionId}`)
      return 'erased' as const
    },
  })

  readonly eraser = new PersonErasure({ store: () => this.stores.erasures, auction: this.auction, now: () => NOW })

  async store(...overrides: readonly Partial<LeadProjection>[]): Promise<readonly LeadProjection[]> {
    const messages = overrides.map((override) => soldLead({ tenantId: this.id, ...override }))
    await applyLeadProjections(env.DB, messages)
    return messages
  }

  /** Begins an erasure that is not carried out yet. @returns its id */
  async requestErasure(subjectKey: string, at = iso(NOW)): Promise<string> {
    const id = fresh('era')
    const stamp = { id: fresh('aud'), at, by: { role: 'operator', id: 'key_1', requestId: 'req_1' } as const }
    await this.stores.erasures.begin({ id, subjectKind: 'phone', subjectKey }, { at, stamp })
    return id
  }

  /** Puts a deed with a note about a lead on record. */
  async noteOn(leadId: string): Promise<void> {
    const stamp = { id: fresh('aud'), at: iso(NOW), by: { role: 'operator', id: 'key_1', requestId: 'req_1' } as const }
    const note = { sealedNote: 'v1.note', sealedNoteKey: 'v1.note-key' }
    await this.stores.auditLog.record(stamp, { action: 'x.resolve', targetKind: 'lead', targetId: leadId, note })
  }

  /** @returns the keys of the notes on these leads, oldest lead first; null where they are erased */
  async noteKeys(): Promise<readonly (string | null)[]> {
    const rows = await this.rows<{ sealed_note: string | null; sealed_note_key: string | null }>(
      "SELECT sealed_note, sealed_note_key FROM audit_log WHERE tenant_id = ?1 AND action = 'x.resolve' ORDER BY id",
    )
    return rows.map(({ sealed_note, sealed_note_key }) => sealed_note && sealed_note_key)
  }

  async rows<Row>(sql: string): Promise<readonly Row[]> {
    return (await env.DB.prepare(sql).bind(this.id).all<Row>()).results
  }

  leads() {
    return this.rows<{ [column: string]: unknown }>('SELECT * FROM leads WHERE tenant_id = ?1 ORDER BY received_at, id')
  }

  contacts() {
    return this.rows<{ contact_key: string; lead_id: string }>(
      'SELECT contact_key, lead_id FROM lead_contacts WHERE tenant_id = ?1 ORDER BY contact_key',
    )
  }
}

export const ERASED = {
  sealed_fields: null,
  sealed_key: null,
  sealed_details: null,
  details_key: null,
  contact_keys: null,
}
