/**
 * Keeps what another queue gave up on, whatever it holds.
 *
 * Nothing stands behind a dead-letter queue, so a letter is taken off it only once it is stored; the only thing that can
 * send one back is a database that does not answer.
 */
import type { DeadLetter } from '../stores/dead-letter-store'
import { errorText, type QueueLog, retryLater } from './message'

export interface DeadLetterServices {
  /** Stores all of the letters, or throws and stores none; a letter that is there already changes nothing. */
  readonly keep: (letters: readonly DeadLetter[]) => Promise<void>
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
  for (const [index, message] of batch.messages.entries()) {
    const letter = letters[index]
    const isKept = letter !== undefined && !isDown && (await keepOne(letter, services))
    if (isKept) message.ack()
    else {
      isDown = true
      retryLater(message)
    }
  }
}

/** What cannot be kept as it is, is kept as what can be said of it. @returns false where the database does not answer */
async function keepOne(letter: DeadLetter, { keep, log }: DeadLetterServices): Promise<boolean> {
  for (const body of [letter.body, { unreadable: 'refused by the database' }]) {
    try {
      await keep([{ ...letter, body }])
      return true
    } catch (error) {
      log('dead_letter_failed', { queue: letter.queue, messageId: letter.id, error: errorText(error) })
    }
  }
  return false
}
