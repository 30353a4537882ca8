/** Hands each due post back to its auction, which knows by the number of the try whether it is still wanted. */
import { postRetrySchema } from '../contracts/projection'
import { errorText, forEachSome, type QueueLog, readMessages, retryLater } from './message'

export interface PostRetryServices {
  /** Asks the auction (`auc_…`) to send the post again. @returns whether the try was due */
  readonly retryPost: (auctionId: string, contractId: string, tryNumber: number) => Promise<boolean>
  readonly log: QueueLog
}

/** A whole batch at once: each waits for its buyer, and none for another's. */
const POSTS_AT_A_TIME = 10

export async function consumePostRetries(batch: MessageBatch<unknown>, services: PostRetryServices): Promise<void> {
  const readable = readMessages(batch, postRetrySchema, services.log)
  await forEachSome(readable, POSTS_AT_A_TIME, async ({ message, body }) => {
    try {
      // A try that was not due is done with as well: the auction has moved on.
      await services.retryPost(body.auctionId, body.contractId, body.tryNumber)
      message.ack()
    } catch (error) {
      services.log('post_retry_failed', {
        auctionId: body.auctionId,
        attempts: message.attempts,
        error: errorText(error),
      })
      retryLater(message)
    }
  })
}
