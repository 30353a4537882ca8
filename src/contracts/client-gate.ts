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

export interface ClientGateRpc {
  /** Waits for a twin that is being carried out, for five seconds at most. */
  startRequest(request: RequestName): Promise<RequestStart>
  /** Said under a fence that is no longer the newest, it changes nothing. */
  endRequest(end: RequestEnd): Promise<void>
}
