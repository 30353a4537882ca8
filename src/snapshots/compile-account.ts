/** From a buyer and its contracts to what its account decides by. Pure. */
import type { BuyerSettings } from '../contracts/buyer'
import type { AccountConfiguration } from '../contracts/buyer-account'
import type { BuyerContractSettings } from '../contracts/contract-settings'
import { amountToMicros } from '../contracts/money'
import type { Cap } from '../core/limits/cap'
import { DEFAULT_PINGS_PER_SECOND } from '../core/limits/shares'
import type { BuyerContractRow } from '../stores/buyer-contract-store'
import type { BuyerRow } from '../stores/buyer-store'
import { compileCap, DEFAULT_ZONE } from './compile-cap'

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
    ...(settings.prepaid == null ? {} : { prepaid: settings.prepaid }),
    pingsPerSecond: settings.ping_rate?.per_second ?? DEFAULT_PINGS_PER_SECOND,
  }
}

function compileBudget(budget: NonNullable<BuyerSettings['budget']>): Cap {
  if (typeof budget === 'number') {
    return { period: 'total', timeZone: DEFAULT_ZONE, count: null, amountMicros: amountToMicros(budget) }
  }
  const { period, timezone, amount } = budget
  return { period, timeZone: timezone, count: null, amountMicros: amountToMicros(amount) }
}
