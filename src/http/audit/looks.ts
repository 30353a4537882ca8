/**
 * Looks at personal data on record: written behind the answer, so that reading a lead costs no wait for it.
 *
 * What cannot be written is tried again; what cannot be written at all is said in the log with everything that the record
 * would have held, none of which is personal data.
 */
import type { Actor, AuditedDeed } from '../../contracts/audit-entry'
import type { TenantStores } from '../../stores/tenant-stores'
import { type AppContext, actorOf } from '../app'

/** Takes note of looks at personal data. */
export interface Looks {
  note(look: Look): void
}

export interface Look {
  readonly tenantId: string
  readonly by: Actor
  readonly deed: AuditedDeed
}

export interface LooksParts {
  readonly now: () => number
  readonly newId: (prefix: string) => string
  readonly sleep: (ms: number) => Promise<unknown>
  readonly stores: (tenantId: string) => Pick<TenantStores, 'auditLog'>
  /** Keeps work alive behind an answer: `waitUntil`. */
  readonly keepAlive: (work: Promise<unknown>) => void
  readonly log: (event: string, details: { readonly [name: string]: string }) => void
}

const PAUSES_MS = [100, 1_000, 5_000]

export class RecordedLooks implements Looks {
  readonly #parts: LooksParts

  constructor(parts: LooksParts) {
    this.#parts = parts
  }

  note(look: Look): void {
    const stamp = { id: this.#parts.newId('aud'), at: new Date(this.#parts.now()).toISOString(), by: look.by }
    this.#parts.keepAlive(this.#record(look, stamp))
  }

  async #record({ tenantId, deed }: Look, stamp: { id: string; at: string; by: Actor }): Promise<void> {
    const { stores, sleep, log } = this.#parts
    for (const pauseMs of [...PAUSES_MS, null]) {
      try {
        return await stores(tenantId).auditLog.record(stamp, deed)
      } catch (error) {
        if (pauseMs !== null) await sleep(pauseMs)
        else log('audit_failed', { tenantId, entry: JSON.stringify({ ...stamp, ...deed }), error: nameOf(error) })
      }
    }
  }
}

/** Notes that the caller was shown these leads with their fields. */
export function noteLeadLook(c: AppContext, action: 'lead.read' | 'lead.list', ids: readonly string[]): void {
  const [only] = ids
  if (only === undefined) return
  const deed = {
    action,
    targetKind: 'lead',
    ...(ids.length === 1 ? { targetId: only } : { targetId: null, details: { ids } }),
  }
  c.var.services.looks.note({ tenantId: c.var.principal.tenantId, by: actorOf(c), deed })
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown'
}
