/** Mirrors durable-objects/usage-counter.ts: one row a slot and scope. */
import type { Usage } from '../../src/core/limits/cap.ts'
import type { Host, Instance } from '../engine/host.ts'

const SLOT_MS = 15 * 60 * 1_000
const ROW = 'usage '

interface UsageRow extends Usage {
  readonly slot: number
  readonly scope: string
}

export class UsageCounter {
  readonly #host: Host<Instance>

  constructor(host: Host<Instance>) {
    this.#host = host
  }

  add(scope: string, at: number, change: Usage): void {
    const slot = at - (at % SLOT_MS)
    const key = `${ROW}${slot} ${scope}`
    const row = this.#host.disk.get<UsageRow>(key)
    const count = (row?.count ?? 0) + change.count
    const amountMicros = (row?.amountMicros ?? 0) + change.amountMicros
    this.#host.put(key, { slot, scope, count, amountMicros })
  }

  /** @param scope null for all of them together */
  since(scope: string | null, since: number): Usage {
    const sum = { count: 0, amountMicros: 0 }
    for (const row of this.#host.disk.rows<UsageRow>(ROW)) {
      if (row.slot < since || (scope !== null && scope !== row.scope)) continue
      sum.count += row.count
      sum.amountMicros += row.amountMicros
    }
    return sum
  }
}
