/** Runs an auction in one of the supplier's places, and gives the place back whatever comes of it. */
import type { SourceLink } from '../../core/campaign/campaign'
import { DEFAULT_CONCURRENT_AUCTIONS } from '../../core/limits/request-rate'
import type { AppContext } from '../app'
import { problem } from '../plumbing/reply'

const RETRY_AFTER_SECONDS = 1

interface Placed {
  readonly tenantId: string
  readonly link: SourceLink
  /** @returns the answer that this very request got before, if it did: a replay needs no place */
  readonly replay: () => Promise<Response | null>
}

/** @returns 429 where the supplier has as many auctions under way as it may */
export async function inPlace(
  c: AppContext,
  { tenantId, link, replay }: Placed,
  auction: () => Promise<Response>,
): Promise<Response> {
  const { auctionPlaces } = c.var.services
  const owner = {
    tenantId,
    supplierId: link.supplierId,
    limit: link.maxConcurrentAuctions ?? DEFAULT_CONCURRENT_AUCTIONS,
  }
  if (!(await auctionPlaces.begin(owner))) return (await replay()) ?? refuse(c)
  try {
    return await auction()
  } finally {
    auctionPlaces.end(owner)
  }
}

function refuse(c: AppContext): Response {
  const message = 'This supplier has as many auctions under way as it may. Retry after the time in Retry-After.'
  return problem(c, 'rate_limited', { message, retryAfterSeconds: RETRY_AFTER_SECONDS })
}
