/** From a buyer and its contracts to what its account decides by. Pure. */
import type { BuyerSettings } from '../contracts/buyer'
import type { BuyerContractSettings } from '../contracts/contract-settings'
import { amountToMicros } from '../contracts/money'
import type { AccountConfiguration } from '../contracts/objects'
import type { Cap } from '../core/limits/cap'
import type { BuyerContractRow } from '../stores/buyer-contract-store'
import type { BuyerRow } from '../stores/buyer-store'

type CapSettings = BuyerSettings['caps'][number]

/** A cap that names no zone is counted in UTC. */
const DEFAULT_ZONE = 'UTC'

export function compileAccount(buyer: BuyerRow, contracts: readonly BuyerContractRow[]): AccountConfiguration {
  const settings = buyer.settings as BuyerSettings
  const ofBuyer = settings.caps.map((cap) => ({ ...compileCap(cap), contractId: null }))
  const ofContracts = contracts.flatMap(({ id, settings: contract }) =>
    ((contract as BuyerContractSettings).caps ?? []).map((cap) => ({ ...compileCap(cap), contractId: id })),
  )
  return {
    version: buyer.version,
    active: buyer.status === 'active' && buyer.archivedAt === null,
    caps: [...ofBuyer, ...ofContracts],
    budgets: settings.budget === null ? [] : [compileBudget(settings.budget)],
  }
}

function compileCap(cap: CapSettings): Cap {
  return {
    period: cap.period,
    timeZone: cap.timezone ?? DEFAULT_ZONE,
    count: cap.count ?? null,
    amountMicros: cap.amount === undefined ? null : amountToMicros(cap.amount),
  }
}

function compileBudget(budget: NonNullable<BuyerSettings['budget']>): Cap {
  if (typeof budget === 'number') {
    return { period: 'total', timeZone: DEFAULT_ZONE, count: null, amountMicros: amountToMicros(budget) }
  }
  const { period, timezone, amount } = budget
  return { period, timeZone: timezone, count: null, amountMicros: amountToMicros(amount) }
}
