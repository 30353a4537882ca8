/** What an API client's gate offers to the edge: its answered requests by Idempotency-Key, and its request rate. */

/** An answer as it is kept: the body sealed, since it may show a secret that is shown once. */
export interface KeptAnswer {
  readonly status: number
  readonly contentType: string
  readonly sealedBody: string
}

export interface RequestName {
  /** Keyed hash of method, path and Idempotency-Key. */
  readonly key: string
  /** Keyed hash of the body. */
  readonly fingerprint: string
}

export type RequestStart =
  /** Nobody carries it out: the caller does, and says under this fence what came of it. */
  | { readonly kind: 'run'; readonly fence: string }
  | { readonly kind: 'replay'; readonly answer: KeptAnswer }
  | { readonly kind: 'reused' }
  /** Another carries it out for longer than one waits. */
  | { readonly kind: 'in_progress' }

export interface RequestEnd {
  readonly key: string
  readonly fence: string
  /** Null where the answer is not to be kept: the next request with the key is carried out. */
  readonly answer: KeptAnswer | null
}

/** An isolate asks how much it may let through. */
export interface RateQuestion {
  /** Names the isolate. */
  readonly holder: string
  /** The share that it would like, in requests a second. */
  readonly wanted: number
  /** How many requests wait for a permit at this moment. */
  readonly waiting: number
  /** How many of the share's own second are taken already. */
  readonly used: number
  /** Of the client, in requests a second. */
  readonly limit: number
}

export interface RateAnswer {
  /** The isolate's share from now on; 0 where there is none to be had. */
  readonly perSecond: number
  /** For how long it may be used, in ms from before the question was asked. */
  readonly lifeMs: number
  /** How many of the waiting may go ahead besides what the share lets through. */
  readonly permits: number
  /** What other isolates hold in shares. */
  readonly others: number
}

export interface ClientGateRpc {
  askRate(question: RateQuestion): Promise<RateAnswer>
  /** Waits for a twin that is being carried out, for five seconds at most. */
  startRequest(request: RequestName): Promise<RequestStart>
  /** Said under a fence that is no longer the newest, it changes nothing. */
  endRequest(end: RequestEnd): Promise<void>
}
