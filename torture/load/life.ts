/** One life of the server under load: who waits from the life before asks again, new leads come, some ask twice. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../../scripts/fuzz/random.ts'
import type { Client } from '../served/client.ts'
import { Operator } from '../served/operator.ts'
import { inventLead } from './invent.ts'
import type { ClientLog } from './leads.ts'
import type { Resolver } from './resolver.ts'
import type { Supplier } from './supplier.ts'

const MOST_AT_ONCE = 60
/** Within so long everybody who waited has noticed that the server is back. */
const NOTICED_WITHIN_MS = 200
const REPEAT_EVERY_MS = 170
const RESOLVING_SHARE = 0.5
const RESOLVED_AT_ONCE = 12

export interface LifeParts {
  readonly random: Random
  readonly clients: ClientLog
  readonly supplier: Supplier
  readonly resolver: Resolver
}

export interface LifeSpan {
  readonly client: Client
  /** From being ready to the kill. */
  readonly lengthMs: number
  /** Between two new leads, on average. */
  readonly gapMs: number
}

/** Loads the server until the life is over; waits for nobody. @returns what is under way, to be awaited after the kill */
export async function liveUntilKilled(
  parts: LifeParts,
  { client, lengthMs, gapMs }: LifeSpan,
): Promise<{ readonly rest: Promise<unknown> }> {
  const { random, clients, supplier, resolver } = parts
  const endsAt = performance.now() + lengthMs
  const work = new Set<Promise<unknown>>()
  const begin = (promise: Promise<unknown>) => {
    work.add(promise)
    void promise.finally(() => work.delete(promise))
  }
  for (const lead of clients.unanswered(Date.now())) {
    const noticedMs = random.below(Math.min(NOTICED_WITHIN_MS, lengthMs))
    begin(sleep(noticedMs).then(() => supplier.send(client, lead)))
  }
  if (random.chance(RESOLVING_SHARE)) {
    const afterMs = random.below(lengthMs)
    begin(sleep(afterMs).then(() => resolver.resolveSome(new Operator(client), RESOLVED_AT_ONCE)))
  }
  let repeatAt = performance.now() + REPEAT_EVERY_MS
  for (let now = performance.now(); now < endsAt; now = performance.now()) {
    if (work.size < MOST_AT_ONCE) {
      const lead = inventLead(random, clients.leads.length)
      clients.add(lead)
      begin(supplier.send(client, lead))
    }
    if (now >= repeatAt) {
      repeatAt = now + REPEAT_EVERY_MS
      const { acknowledged } = clients
      // The older ones are asked for again when the books are compared.
      const known = acknowledged[acknowledged.length - 1 - random.below(Math.min(50, acknowledged.length || 1))]
      if (known !== undefined && known.key !== null) begin(supplier.repeat(client, known))
    }
    const gap = -Math.log(1 - random.next()) * gapMs
    await sleep(Math.max(0, Math.min(gap, endsAt - performance.now())))
  }
  return { rest: Promise.allSettled(work) }
}
