/** How fast a client may call, and how much a supplier may have under way, unless an operator says otherwise. */
export const DEFAULT_REQUESTS_PER_SECOND = 100
export const DEFAULT_CONCURRENT_AUCTIONS = 1_000
