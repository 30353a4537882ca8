/**
 * Runs the auction of a ping that wants a bid, or says again what the same ping was answered.
 *
 * A ping with an Idempotency-Key is one auction however often it is sent; one without is an auction each time, and pays no
 * hop to the supplier's gate but for a place now and then.
 */
import type { OfferResult } from '../../contracts/auction'
import type { SubmitLead } from '../../contracts/auction-lead'
import type { AppContext, Principal } from '../app'
import { problem } from '../plumbing/reply'
import { admit } from './admit'
import { inPlace } from './in-place'
import { replyAnswer, replyInProgress } from './reply-outcome'
import { KEY_LIFE_MS } from './request-key'

/** Which ping it is, as far as it can be known again. */
export interface PingIdentity {
  readonly principal: Principal
  readonly supplierId: string
  readonly fingerprint: string
  /** What the gate remembers; null without an Idempotency-Key. */
  readonly requestKey: string | null
}

interface Minted {
  readonly minted: string
  readonly lead: SubmitLead
}

export async function runOffer(c: AppContext, ping: PingIdentity, lead: SubmitLead): Promise<Response> {
  const placed = { tenantId: lead.terms.tenantId, link: lead.link, replay: () => replayOffer(c, ping) }
  return inPlace(c, placed, () => runAuction(c, ping, lead))
}

async function runAuction(c: AppContext, ping: PingIdentity, lead: SubmitLead): Promise<Response> {
  const { services } = c.var
  const minted = services.auctions.mint()
  const objectId = ping.requestKey === null ? minted : await claimKey(c, ping, { minted, lead })
  if (objectId instanceof Response) return objectId
  const auction = services.auctions.byId(objectId)
  if (auction === null) throw new Error('the gate gave an id that is no auction')
  return reply(c, await auction.offer(lead))
}

/** @returns the answer that this very ping got before, if it did */
export async function replayOffer(c: AppContext, ping: PingIdentity): Promise<Response | null> {
  const { principal, supplierId, fingerprint, requestKey } = ping
  if (requestKey === null) return null
  const { services } = c.var
  const objectId = await services.supplierGate(principal.tenantId, supplierId).recall(requestKey, fingerprint)
  const auction = objectId === null ? null : services.auctions.byId(objectId)
  const result = (await auction?.replayOffer(fingerprint)) ?? null
  return result === null ? null : reply(c, result)
}

function claimKey(c: AppContext, ping: PingIdentity, { minted, lead }: Minted): Promise<string | Response> {
  const { principal, supplierId, fingerprint, requestKey } = ping
  const { campaignId } = lead.terms
  return admit(c, {
    principal,
    supplierId,
    request: { campaignId, requestKey, fingerprint, auctionId: minted, rememberMs: KEY_LIFE_MS, takesPlace: false },
    replay: () => replayOffer(c, ping),
  })
}

function reply(c: AppContext, result: OfferResult): Response {
  switch (result.kind) {
    case 'answer':
      return replyAnswer(c, result)
    case 'conflict':
      return problem(c, 'idempotency_key_reused')
    case 'in_progress':
      return replyInProgress(c)
  }
}
