/**
 * One per tenant: sees to it that the suppression index is built by one builder at a time, and that a build which died goes on.
 *
 * What there is to build is in the database; this object only holds the alarm. It is set before anything is built and after
 * every slice, so that there is always one while something is left.
 */
import { DurableObject } from 'cloudflare:workers'
import type { SuppressionBuilderRpc } from '../src/contracts/suppression-index'

export interface SuppressionBuilderServices {
  /** Builds one slice. @returns when to call again in ms, or null where nothing is left */
  readonly build: (tenantId: string) => Promise<number | null>
  readonly now: () => number
  readonly log: (event: string, details: { readonly [name: string]: string | number }) => void
}

const TENANT = 'tenant'
/** An alarm for this very moment, set within an alarm, would be lost. */
const LEAST_PAUSE_MS = 20
/** Doubled with each failure in a row. */
const FAILURE_PAUSE_MS = 1_000
const MAX_FAILURE_PAUSE_MS = 60_000

export class SuppressionBuilderObject extends DurableObject implements SuppressionBuilderRpc {
  readonly #services: SuppressionBuilderServices
  #failures = 0

  constructor(ctx: DurableObjectState, env: Env, services: SuppressionBuilderServices) {
    super(ctx, env)
    this.#services = services
  }

  async wake(tenantId: string): Promise<void> {
    if (this.ctx.storage.kv.get(TENANT) !== tenantId) this.ctx.storage.kv.put(TENANT, tenantId)
    await this.#alarmIn(0)
  }

  override async alarm(): Promise<void> {
    const tenantId = this.ctx.storage.kv.get<string>(TENANT)
    if (tenantId === undefined) return
    const next = await this.#build(tenantId)
    if (next !== null) await this.#alarmIn(Math.max(next, LEAST_PAUSE_MS))
  }

  /** An alarm that throws is tried six times and then never again: nothing may leave here. */
  async #build(tenantId: string): Promise<number | null> {
    try {
      const next = await this.#services.build(tenantId)
      this.#failures = 0
      return next
    } catch (error) {
      this.#failures += 1
      const name = error instanceof Error ? error.name : 'unknown'
      this.#services.log('suppression_build_failed', { tenantId, failures: this.#failures, error: name })
      return Math.min(FAILURE_PAUSE_MS * 2 ** (this.#failures - 1), MAX_FAILURE_PAUSE_MS)
    }
  }

  /** Leaves an alarm that comes sooner. */
  async #alarmIn(ms: number): Promise<void> {
    const at = this.#services.now() + ms
    const known = await this.ctx.storage.getAlarm()
    if (known === null || known > at) await this.ctx.storage.setAlarm(at)
  }
}
