/** Who of the bidders does not take the lead, now that it is known in full. */
import type { PostedLead } from '../../src/contracts/auction-lead'
import type { Exclusion } from '../../src/core/auction/events'
import type { AuctionPlan } from '../../src/core/auction/plan'

/** A contract that is neither let in nor refused is not in the campaign any more. */
export function exclusionsOf(
  plan: AuctionPlan,
  { contractIds, refusals }: Pick<PostedLead, 'contractIds' | 'refusals'>,
): readonly Exclusion[] {
  const wanted = new Set(contractIds)
  return plan.contenders.flatMap(({ id }): readonly Exclusion[] => {
    if (wanted.has(id)) return []
    const refusal = refusals.find(({ contractId }) => contractId === id)
    return [{ contractId: id, reason: refusal?.reason ?? 'paused', detail: refusal?.detail ?? null }]
  })
}
