/** A line to buyers as an isolate has it, with a memory of its own. */
import { BuyerLine, type BuyerLineServices } from '../../../durable-objects/buyer-line/buyer-line'
import { Circuits } from '../../../durable-objects/buyer-line/circuits'
import { PingRates } from '../../../durable-objects/buyer-line/ping-rates'
import type { BuyerLineAccountRpc, PingShare } from '../../../src/contracts/buyer-line'

export interface TestLineOptions extends Partial<BuyerLineServices> {
  /** What accounts say; by default they give whatever is asked. */
  readonly account?: (tenantId: string, buyerId: string) => BuyerLineAccountRpc
}

export function testLine({
  account = () => generous,
  now = () => Date.now(),
  ...services
}: TestLineOptions = {}): BuyerLine {
  const caller = { now, account, isolate: crypto.randomUUID(), log: () => undefined }
  return new BuyerLine({
    allowLoopback: true,
    now,
    openSecrets: async (sealed) => sealed,
    tokens: async () => ({ ok: false, reason: 'no tokens here' }),
    circuits: new Circuits(caller),
    rates: new PingRates(caller),
    ...services,
  })
}

/** Gives whatever is asked, and keeps nothing. */
export const generous: BuyerLineAccountRpc = {
  sharePings: async (): Promise<PingShare> => ({ perSecond: 100_000, limit: 100_000, lifeMs: 12_000 }),
  noteCircuit: async () => undefined,
  health: async () => ({ pingsPerSecond: 100_000, sharedPerSecond: 0, contracts: [] }),
}
