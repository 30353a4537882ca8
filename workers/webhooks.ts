/** Wires what sends webhooks: the store of deliveries, the objects that send, the queue that wakes them. */
import type { WebhookSenderServices } from '../durable-objects/webhook-sender'
import type { WebhookWake } from '../src/contracts/webhook-outbox'
import type { WebhookSenderRpc } from '../src/contracts/webhook-sending'
import type { EventStamps } from '../src/stores/webhook-events'
import { WebhookSendingStore } from '../src/stores/webhook-sending-store'
import { log, newId, now } from './platform'
import { partsOf } from './services'

/** What a webhook secret is sealed as. */
export const WEBHOOK_SECRET = 'webhook-secret'
/** A delivery that is due for longer was forgotten by its object, or its wake was lost. */
const OVERDUE_MS = 15_000
const KEPT_MS = 30 * 24 * 60 * 60 * 1_000

export interface WebhookParts extends EventStamps {
  readonly env: Env
  readonly allowLoopback: boolean
  readonly openSecret: (sealed: string) => Promise<string>
  readonly log: WebhookSenderServices['log']
}

/** What makes a draft an event: its id and its time. */
export const EVENT_STAMPS: EventStamps = { newEventId: () => newId('evt'), now }

/** For those who send webhooks. */
export function webhookParts(env: Env): WebhookParts {
  const { config, box } = partsOf(env)
  return {
    ...EVENT_STAMPS,
    env,
    allowLoopback: config.allowLoopbackBuyers,
    openSecret: (sealed) => box.open(sealed, WEBHOOK_SECRET),
    log,
  }
}

/** @returns the endpoint's object */
export function webhookSender(env: Env, endpointId: string): WebhookSenderRpc {
  return env.WEBHOOK_SENDER.get(env.WEBHOOK_SENDER.idFromName(endpointId))
}

/** Has endpoints send what is due, by way of the queue. */
export async function wakeLater(env: Env, wakes: readonly WebhookWake[]): Promise<void> {
  for (let start = 0; start < wakes.length; start += 100) {
    await env.WEBHOOK_QUEUE.sendBatch(wakes.slice(start, start + 100).map((body) => ({ body })))
  }
}

export function webhookSenderServices({ env, ...parts }: WebhookParts): WebhookSenderServices {
  const store = new WebhookSendingStore(env.DB, parts)
  return {
    ...parts,
    random: () => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32,
    work: (endpointId, limit) => store.work(endpointId, parts.now(), limit),
    record: async (report) => {
      const wakes = await store.record(report)
      if (wakes.length > 0) await wakeLater(env, wakes)
    },
  }
}

/** By the clock: wakes whoever has overdue events, and forgets old ones. */
export async function tendWebhooks({ env, ...parts }: WebhookParts): Promise<void> {
  const store = new WebhookSendingStore(env.DB, parts)
  const now = parts.now()
  const waiting = await store.waiting(now - OVERDUE_MS)
  if (waiting.length > 0) parts.log('webhooks_overdue', { endpoints: waiting.length })
  await wakeLater(env, waiting)
  await store.purge(new Date(now - KEPT_MS).toISOString())
}
