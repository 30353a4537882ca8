/** What the bench asks for its suppliers: it measures how fast Gavel is, not how fast one may call it by default. */
export const NO_LIMIT = { rate_limit: { per_second: 100_000 }, max_concurrent_auctions: 100_000 }
