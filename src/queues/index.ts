/** Which consumer takes which queue; the names are those of wrangler.toml. */
import { consumeDeadLetters, type DeadLetterServices } from './dead-letter'
import { consumePostRetries, type PostRetryServices } from './post-retry'
import { consumeProjection, type ProjectionServices } from './projection'
import { consumeWebhooks, type WebhookServices } from './webhook'

export type QueueServices = ProjectionServices & PostRetryServices & WebhookServices & DeadLetterServices

type Consumer = (batch: MessageBatch<unknown>, services: QueueServices) => Promise<void>

const CONSUMERS: ReadonlyMap<string, Consumer> = new Map<string, Consumer>([
  ['gavel-projection', consumeProjection],
  ['gavel-post-retry', consumePostRetries],
  ['gavel-webhook', consumeWebhooks],
  ['gavel-projection-dead', consumeDeadLetters],
  ['gavel-post-retry-dead', consumeDeadLetters],
  ['gavel-webhook-dead', consumeDeadLetters],
])

/** @throws where the queue has no consumer: a mistake in the configuration; its messages stay in the queue */
export async function consumeBatch(batch: MessageBatch<unknown>, services: QueueServices): Promise<void> {
  const consume = CONSUMERS.get(batch.queue)
  if (consume === undefined) throw new Error(`no consumer for the queue ${batch.queue}`)
  await consume(batch, services)
}
