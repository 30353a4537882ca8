/**
 * Wakes the objects that send to webhook endpoints, and stores the events that did not come with a projection.
 *
 * Nothing is sent from here: a receiver that is slow keeps its own object busy, and nobody else's event waits for it.
 */
import { type WebhookNotice, type WebhookWake, webhookMessageSchema } from '../contracts/webhook-outbox'
import { errorText, forEachSome, type QueueLog, type Readable, readMessages, retryLater } from './message'

export interface WebhookServices {
  /** Has the endpoint's object send what is due; answers before that is done. */
  readonly wake: (wake: WebhookWake) => Promise<void>
  /** Stores the event. @returns the endpoints that want it */
  readonly storeNotice: (notice: WebhookNotice) => Promise<readonly WebhookWake[]>
  /** Tells the account that its event is stored. */
  readonly acknowledgeNotice: (notice: WebhookNotice) => Promise<void>
  readonly log: QueueLog
}

const AT_A_TIME = 6

export async function consumeWebhooks(batch: MessageBatch<unknown>, services: WebhookServices): Promise<void> {
  const readable = readMessages(batch, webhookMessageSchema, services.log)
  const byEndpoint = Map.groupBy(readable.filter(isWake), ({ body }) => body.endpointId)
  const jobs = [
    ...[...byEndpoint.values()].map((wakes) => () => wakeOnce(wakes, services)),
    ...readable.filter(isNotice).map((notice) => () => takeNotice(notice, services)),
  ]
  await forEachSome(jobs, AT_A_TIME, (job) => job())
}

function isWake(message: Readable<WebhookWake | WebhookNotice>): message is Readable<WebhookWake> {
  return message.body.kind === 'webhook_wake'
}

function isNotice(message: Readable<WebhookWake | WebhookNotice>): message is Readable<WebhookNotice> {
  return message.body.kind === 'webhook_notice'
}

async function wakeOnce(wakes: readonly Readable<WebhookWake>[], { wake, log }: WebhookServices): Promise<void> {
  const [first] = wakes
  if (first === undefined) return
  try {
    await wake(first.body)
    for (const { message } of wakes) message.ack()
  } catch (error) {
    log('webhook_wake_failed', { endpointId: first.body.endpointId, error: errorText(error) })
    for (const { message } of wakes) retryLater(message)
  }
}

async function takeNotice({ message, body }: Readable<WebhookNotice>, services: WebhookServices): Promise<void> {
  try {
    const wakes = await services.storeNotice(body)
    for (const wake of wakes) await services.wake(wake)
    await services.acknowledgeNotice(body)
    message.ack()
  } catch (error) {
    services.log('webhook_notice_failed', { attempts: message.attempts, error: errorText(error) })
    retryLater(message)
  }
}
