/** What may be asked of the index of identities. */

export interface IdentityClaim {
  /** Keyed hashes of the lead's identities, hex, in ascending order; all of one object's prefix. */
  readonly keys: readonly string[]
  readonly auctionId: string
}

export interface IdentityIndexRpc {
  /**
   * Claims all of the keys for an auction, or none; they are seen for this long, unless they are released.
   *
   * @returns false where another auction holds one of them
   */
  claim(claim: IdentityClaim & { readonly seenMs: number }): Promise<boolean>
  /** The lead was not sold: its identities are free. */
  release(claim: IdentityClaim): Promise<void>
  /** @returns whether one of the keys is held or seen; takes nothing, so the next moment may say otherwise */
  holds(keys: readonly string[]): Promise<boolean>
}
