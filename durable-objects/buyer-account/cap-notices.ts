/** Tells of caps and budgets that are reached: behind the answer, and again with the account's alarm until somebody has it. */
import { capReached, type ReachedLimit } from '../../src/contracts/buyer-notices'
import type { WebhookNotice } from '../../src/contracts/webhook-outbox'
import { Notices } from './notices'

/** How long a notice may take to be acknowledged before it is told again. */
export const NOTICE_MS = 60 * 1_000

export interface CapNoticesServices {
  readonly now: () => number
  /** Has an event stored; whoever stores it acknowledges it. */
  readonly notify: (notice: WebhookNotice) => Promise<void>
}

export interface Reached {
  readonly limit: ReachedLimit
  /** The moment that it is about, ms since 1970. */
  readonly at: number
}

export class CapNotices {
  readonly #ctx: DurableObjectState
  readonly #services: CapNoticesServices
  readonly #notices: Notices

  constructor(ctx: DurableObjectState, services: CapNoticesServices) {
    this.#ctx = ctx
    this.#services = services
    this.#notices = new Notices(ctx.storage.sql)
  }

  /** Keeps what is new of it before anything is awaited, and sees to it that it is told. */
  async add(reached: readonly Reached[]): Promise<void> {
    const now = this.#services.now()
    const [, buyerId] = this.#party
    const isNews = reached.map(({ limit, at }) => this.#notices.add(capReached(buyerId, limit, at), now)).includes(true)
    if (!isNews) return
    this.#ctx.waitUntil(this.tell())
    const set = await this.#ctx.storage.getAlarm()
    if (set === null || set > now + NOTICE_MS) await this.#ctx.storage.setAlarm(now + NOTICE_MS)
  }

  /** @returns whether anything was left to tell */
  async tell(): Promise<boolean> {
    const [tenantId, buyerId] = this.#party
    const untold = this.#notices.untold()
    try {
      for (const draft of untold) {
        await this.#services.notify({ kind: 'webhook_notice', tenantId, buyerId, draft })
      }
    } catch {
      // Told again by the alarm.
    }
    return untold.length > 0
  }

  acknowledge(key: string): void {
    this.#notices.acknowledge(key)
  }

  /** Forgets what was told of periods that are over. @param now ms since 1970 */
  forget(now: number): void {
    this.#notices.forget(now)
  }

  /** Tenant and buyer, as the account is named. */
  get #party(): readonly [tenantId: string, buyerId: string] {
    const [tenantId = '', buyerId = ''] = (this.#ctx.id.name ?? '').split('/')
    return [tenantId, buyerId]
  }
}
