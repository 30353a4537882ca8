/**
 * Keeps what another queue gave up on, whatever it holds.
 *
 * Nothing stands behind a dead-letter queue, so a letter is taken off it only once it is stored; the only thing that can
 * send one back is a database that does not answer.
 */
import { z } from '@hono/zod-openapi'
import type { DeadLetter } from '../stores/dead-letter-store'
import { errorText, forEachSome, type QueueLog, retryLater } from './message'

export interface DeadLetterServices {
  /** Stores all of the letters, or throws and stores none; a letter that is there already changes nothing. */
  readonly keep: (letters: readonly DeadLetter[]) => Promise<void>
  /** Tells the auction (`auc_…`) that the queue gave up on what it says of this sequence. */
  readonly tellingDied: (auctionId: string, sequence: number) => Promise<void>
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly log: QueueLog
}

export async function consumeDeadLetters(batch: MessageBatch<unknown>, services: DeadLetterServices): Promise<void> {
  const failedAt = new Date(services.now()).toISOString()
  const letters = batch.messages.map(({ id, body, attempts }) => ({ id, queue: batch.queue, body, attempts, failedAt }))
  services.log('dead_letters', { queue: batch.queue, messages: letters.length })
  try {
    await services.keep(letters)
    batch.ackAll()
    await tellSenders(letters, services)
    return
  } catch (error) {
    services.log('dead_letters_failed', { queue: batch.queue, messages: letters.length, error: errorText(error) })
    await keepOneByOne(batch, letters, services)
  }
}

/** One letter that the database refuses must not take the others along. */
async function keepOneByOne(
  batch: MessageBatch<unknown>,
  letters: readonly DeadLetter[],
  services: DeadLetterServices,
): Promise<void> {
  let isDown = false
  const kept: DeadLetter[] = []
  for (const [index, message] of batch.messages.entries()) {
    const letter = letters[index]
    const isKept = letter !== undefined && !isDown && (await keepOne(letter, services))
    if (isKept) {
      message.ack()
      kept.push(letter)
    } else {
      isDown = true
      retryLater(message)
    }
  }
  await tellSenders(kept, services)
}

/** What cannot be kept as it is, is kept as what can be said of it. @returns false where the database does not answer */
async function keepOne(letter: DeadLetter, { keep, log }: DeadLetterServices): Promise<boolean> {
  for (const body of [letter.body, { unreadable: 'refused by the database', ...tellingOf(letter.body) }]) {
    try {
      await keep([{ ...letter, body }])
      return true
    } catch (error) {
      log('dead_letter_failed', { queue: letter.queue, messageId: letter.id, error: errorText(error) })
    }
  }
  return false
}

const SENDERS_AT_A_TIME = 4

/** An auction repeats what nobody acknowledged: one that does not hear of this hears of the next. */
async function tellSenders(letters: readonly DeadLetter[], { tellingDied, log }: DeadLetterServices): Promise<void> {
  const tellings = letters.map(({ body }) => tellingOf(body)).filter((telling) => telling !== null)
  await forEachSome(tellings, SENDERS_AT_A_TIME, async ({ auctionId, sequence }) => {
    try {
      await tellingDied(auctionId, sequence)
    } catch (error) {
      log('sender_not_told', { auctionId, sequence, error: errorText(error) })
    }
  })
}

/** @returns whose telling it is, where it is one: enough to have it told again */
function tellingOf(body: unknown): z.infer<typeof tellingSchema> | null {
  const read = tellingSchema.safeParse(body)
  return read.success ? read.data : null
}

/** What can be read of a telling that nobody can read as a whole. */
const tellingSchema = z.object({
  kind: z.literal('lead'),
  auctionId: z.string().max(200),
  leadId: z.string().max(200).optional(),
  sequence: z.number().int(),
})
