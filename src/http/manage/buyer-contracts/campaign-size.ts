/**
 * How much the contracts of a campaign come to together. An auction takes all of them along and keeps them in one value, which
 * the platform allows 2 MB: what would pass that is refused here, where an operator can read why, and never by a lead.
 */
import type { BuyerContractInput } from '../../../contracts/buyer-contract'
import type { BuyerContractRow } from '../../../stores/buyer-contract-store'
import type { AppContext } from '../../app'
import { problem } from '../../plumbing/reply'
import { storesOf } from '../operator-endpoint'

/** Leaves room for the lead, the plan and every buyer's answer. */
const MAX_BYTES = 1_500_000
const KB = 1_000

/** @returns 409 where the contracts of the campaign would be too large together with this one, else null */
export async function refuseCrowdedCampaign(
  c: AppContext,
  key: Pick<BuyerContractRow, 'campaignId' | 'buyerId'>,
  contract: BuyerContractInput,
): Promise<Response | null> {
  const sizeOf = (one: BuyerContractInput): number => {
    const { ping: _, post: __, inquiry: ___, ...terms } = one
    const { inquiry: ____, ...endpoints } = c.var.services.contractCompiler.resolve(one)
    return storedBytes(JSON.stringify([terms, endpoints]))
  }
  const own = sizeOf(contract)
  const others = (await storesOf(c).buyerContracts.ofCampaign(key.campaignId))
    .filter(({ buyerId }) => buyerId !== key.buyerId)
    .reduce((sum, { settings }) => sum + sizeOf(settings), 0)
  if (own + others <= MAX_BYTES) return null
  const [mine, theirs, most] = [own, others, MAX_BYTES].map((bytes) => Math.ceil(bytes / KB))
  const message = `The contracts of a campaign are at most ${most} KB together; this one has ${mine} KB, the others ${theirs} KB.`
  return problem(c, 'conflict', { message })
}

/** Text is stored with one byte a character where all of it is Latin-1, else with two. */
function storedBytes(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of Latin-1
  return /^[\u0000-\u00ff]*$/.test(text) ? text.length : 2 * text.length
}
