/** What an auction needs from the world: mirrors durable-objects/auction/services.ts. */
import type { PostRetry } from '../../src/contracts/projection.ts'
import type { PingAnswer, PostAnswer } from '../../src/core/auction/events.ts'
import type { Host, Instance } from '../engine/host.ts'
import type { Running } from '../engine/running.ts'
import type { BuyerAccountObject } from './buyer-account.ts'
import type { IdentityIndexObject } from './identity-index.ts'
import type { Projection } from './projection.ts'
import type { RotationObject } from './rotation.ts'
import type { SupplierGateObject } from './supplier-gate.ts'

/** A post as it is rendered once and sent with every try. */
export interface PostRequest {
  readonly auctionId: string
  readonly contractId: string
  /** What the ledger knows the lead by; the buyer sees it in the lead itself. */
  readonly leadRef: string
  /** What the buyer is charged if it takes the lead. */
  readonly priceMicros: number
  readonly idempotencyKey: string
}

/** One copy of it. */
export interface PostCopy extends PostRequest {
  readonly tryNumber: number
}

export interface AuctionServices {
  readonly account: (buyerId: string) => Host<BuyerAccountObject>
  readonly gate: Host<SupplierGateObject>
  readonly rotation: Host<RotationObject>
  readonly identityIndex: (prefix: string) => Host<IdentityIndexObject>
  /** Asks a buyer for its bid; ends with the window at the latest. */
  readonly ping: (from: Host<Instance>, contractId: string, ping: PingRequest) => Running<PingAnswer>
  /** Sends a post; what is neither a clear yes nor a clear no is unknown. */
  readonly post: (from: Host<Instance>, copy: PostCopy, timeoutMs: number) => Running<PostAnswer>
  /** @throws Outage */
  readonly project: (from: Host<Instance>, message: Projection) => Running<void>
  /** @throws Outage */
  readonly retryLater: (from: Host<Instance>, message: PostRetry, delaySeconds: number) => Running<void>
}

export interface PingRequest {
  readonly auctionId: string
  readonly endsAt: number
}
