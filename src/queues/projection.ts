/**
 * Has accounts charge for what auctions report as sold, stores the reports, and tells each auction what is stored.
 *
 * The whole batch is one transaction. Where that fails, each message has one of its own, so that a message the database
 * refuses is given back alone. An acknowledgement that fails is only logged: the auction sends again what nobody
 * acknowledged, and the projector knows it by its sequence.
 */
import { type LeadProjection, leadProjectionSchema } from '../contracts/projection'
import type { WebhookWake } from '../contracts/webhook-outbox'
import { type ChargeServices, chargeAccounts } from './charges'
import { errorText, forEachSome, type Readable, readMessages, retryLater } from './message'

export interface ProjectionServices extends ChargeServices {
  /** Stores all of the messages, or throws and stores none. */
  readonly apply: (messages: readonly LeadProjection[]) => Promise<Applied>
  /** Has webhook endpoints send what was stored for them. */
  readonly wakeLater: (wakes: readonly WebhookWake[]) => Promise<void>
  /** Tells the auction (`auc_…`) that everything up to this sequence is stored. */
  readonly acknowledge: (auctionId: string, sequence: number) => Promise<void>
  readonly pause: (ms: number) => Promise<void>
  /** Milliseconds since 1970. */
  readonly now: () => number
}

export interface Applied {
  /** Endpoints that have something to send. */
  readonly wakes: readonly WebhookWake[]
}

const ACKNOWLEDGEMENTS_AT_A_TIME = 4
/**
 * Over how long the acknowledgements of a batch are spread. Objects share threads, and what is acknowledged at once is also let go of
 * at once, ten seconds later: either would stand in the way of the leads that come in meanwhile.
 */
const SPREAD_MS = 500
/** So many refusals before the first success mean that the database is down, and it is not asked a hundred times. */
const REFUSALS_OF_A_DATABASE_THAT_IS_DOWN = 5

export async function consumeProjection(batch: MessageBatch<unknown>, services: ProjectionServices): Promise<void> {
  const readable = readMessages(batch, leadProjectionSchema, services.log)
  const stored = await storeAll(await chargeAccounts(readable, services), services)
  for (const { message } of stored) message.ack()
  await acknowledgeEach(stored, services)
}

type ReadableLead = Readable<LeadProjection>

/** @returns the messages that are stored; the others were given back. */
async function storeAll(
  readable: readonly ReadableLead[],
  services: ProjectionServices,
): Promise<readonly ReadableLead[]> {
  if (readable.length === 0) return []
  try {
    await wake(await services.apply(readable.map(({ body }) => body)), services)
    return readable
  } catch (error) {
    services.log('projection_batch_failed', { messages: readable.length, error: errorText(error) })
    return storeOneByOne(readable, services)
  }
}

async function storeOneByOne(
  readable: readonly ReadableLead[],
  services: ProjectionServices,
): Promise<readonly ReadableLead[]> {
  const { apply, log } = services
  const stored: ReadableLead[] = []
  let refusals = 0
  for (const lead of readable) {
    if (stored.length === 0 && refusals >= REFUSALS_OF_A_DATABASE_THAT_IS_DOWN) {
      retryLater(lead.message)
      continue
    }
    try {
      await wake(await apply([lead.body]), services)
      stored.push(lead)
    } catch (error) {
      refusals += 1
      log('projection_failed', {
        auctionId: lead.body.auctionId,
        attempts: lead.message.attempts,
        error: errorText(error),
      })
      retryLater(lead.message)
    }
  }
  return stored
}

/** The events are stored: an endpoint that is not woken now is woken by the clock. */
async function wake({ wakes }: Applied, { wakeLater, log }: ProjectionServices): Promise<void> {
  if (wakes.length === 0) return
  try {
    await wakeLater(wakes)
  } catch (error) {
    log('webhook_wake_failed', { endpoints: wakes.length, error: errorText(error) })
  }
}

/** One call for each auction, with the newest of its sequences. */
async function acknowledgeEach(
  stored: readonly ReadableLead[],
  { acknowledge, pause, now, log }: ProjectionServices,
): Promise<void> {
  const newest = new Map<string, number>()
  for (const { body } of stored) {
    newest.set(body.auctionId, Math.max(body.sequence, newest.get(body.auctionId) ?? body.sequence))
  }
  const [beganAt, everyMs] = [now(), SPREAD_MS / newest.size]
  await forEachSome([...[...newest].entries()], ACKNOWLEDGEMENTS_AT_A_TIME, async ([place, [auctionId, sequence]]) => {
    const aheadMs = beganAt + place * everyMs - now()
    if (aheadMs > 0) await pause(aheadMs)
    try {
      await acknowledge(auctionId, sequence)
    } catch (error) {
      log('acknowledge_failed', { auctionId, sequence, error: errorText(error) })
    }
  })
}
