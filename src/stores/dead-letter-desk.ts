/** The dead letters that one tenant may look into; those of which nobody can tell whose they are belong to the live tenant. */
import { and, desc, eq, isNull, or, type SQL, sql } from 'drizzle-orm'
import { type Page, type PageRequest, toPage } from '../contracts/pagination'
import { type AuditStamp, auditDeed } from './audit-trail'
import { type Database, runBatch, type Statement } from './database'
import { deadLetters, leads } from './schema'

export type DeadLetterRow = typeof deadLetters.$inferSelect

export interface DeadLetterFilter {
  /** Without `-dead`. */
  readonly queue?: string | undefined
  readonly status?: 'kept' | 'resent' | undefined
}

/** Whoever runs the exchange. */
const KEEPER_OF_STRAYS = 'live'

export class DeadLetterDesk {
  readonly #database: Database
  readonly #tenantId: string

  constructor(database: Database, tenantId: string) {
    this.#database = database
    this.#tenantId = tenantId
  }

  /** @returns the newest first */
  async list({ queue, status }: DeadLetterFilter, { limit, after }: PageRequest): Promise<Page<DeadLetterRow>> {
    const rows = await this.#database
      .select()
      .from(deadLetters)
      .where(
        and(
          this.#mine(),
          queue === undefined ? undefined : eq(deadLetters.queue, `${queue}-dead`),
          status === undefined ? undefined : eq(deadLetters.status, status),
          after === null ? undefined : sql`(${deadLetters.failedAt}, ${deadLetters.id}) < (${after[0]}, ${after[1]})`,
        ),
      )
      .orderBy(desc(deadLetters.failedAt), desc(deadLetters.id))
      .limit(limit + 1)
    return toPage(rows, limit, ({ failedAt, id }) => [failedAt, id])
  }

  /** @returns null where this tenant has none of that id */
  async read(id: string): Promise<DeadLetterRow | null> {
    const [row] = await this.#database.select().from(deadLetters).where(this.#is(id))
    return row ?? null
  }

  /** @returns null where it is gone meanwhile */
  async markResent(id: string, stamp: AuditStamp): Promise<DeadLetterRow | null> {
    const sent = this.#database.update(deadLetters).set({ status: 'resent', resentAt: stamp.at }).where(this.#is(id))
    const [rows] = await runBatch(this.#database, [sent.returning(), this.#record('resend', id, stamp)])
    return (rows as readonly DeadLetterRow[])[0] ?? null
  }

  /** @returns whether it tells of a lead what the database does not have */
  async isNeeded({ body }: DeadLetterRow): Promise<boolean> {
    const { kind, leadId, sequence } = (body ?? {}) as { readonly [name: string]: unknown }
    if (kind !== 'lead' || typeof leadId !== 'string' || typeof sequence !== 'number') return false
    const isStored = and(
      eq(leads.tenantId, this.#tenantId),
      eq(leads.id, leadId),
      sql`${leads.sequence} >= ${sequence}`,
    )
    const rows = await this.#database.select({ id: leads.id }).from(leads).where(isStored).limit(1)
    return rows.length === 0
  }

  /** Forgets what it says; that it was discarded is remembered, so that a repetition of it does not come back. */
  async discard(id: string, stamp: AuditStamp): Promise<void> {
    const discarded = this.#database.update(deadLetters).set({ status: 'discarded', body: {} }).where(this.#is(id))
    await runBatch(this.#database, [discarded, this.#record('discard', id, stamp)])
  }

  #record(action: string, id: string, stamp: AuditStamp): Statement {
    const deed = { action: `dead_letter.${action}`, targetKind: 'dead_letter', targetId: id }
    return auditDeed(this.#database, this.#tenantId, stamp, deed)
  }

  #is(id: string): SQL | undefined {
    return and(eq(deadLetters.id, id), this.#mine())
  }

  #mine(): SQL | undefined {
    const own = eq(deadLetters.tenantId, this.#tenantId)
    const shown = this.#tenantId === KEEPER_OF_STRAYS ? or(own, isNull(deadLetters.tenantId)) : own
    return and(shown, sql`${deadLetters.status} <> 'discarded'`)
  }
}
