/**
 * From rows to what the edge decides by. Pure: the same rows give the same document, letter by letter, which is how a
 * publisher knows that nothing has changed.
 */
import type { CampaignSettings } from '../contracts/campaign'
import type { ContractCompiler } from '../contracts/contract-compiler'
import { CONTACT_FIELDS } from '../contracts/field-catalogue'
import { toFilter } from '../contracts/filter'
import { knownFields } from '../contracts/known-fields'
import { amountToMicros, percentToShare } from '../contracts/money'
import { type CampaignSnapshot, SNAPSHOT_SCHEMA, type SnapshotContract } from '../contracts/snapshot'
import type { SourceLinkSettings } from '../contracts/source-link'
import type { Campaign, ContractTerms, SourceLink } from '../core/campaign/campaign'
import { openMinutes, type Schedule } from '../core/limits/schedule'
import type { CostTerms } from '../core/money/payout'
import type { CampaignConfiguration } from '../stores/configuration-store'

type Compiler = Pick<ContractCompiler, 'resolve' | 'fieldsRead'>
type ContractRows = CampaignConfiguration['contracts'][number]
type LinkRows = CampaignConfiguration['links'][number]

export function compileCampaign(configuration: CampaignConfiguration, compiler: Compiler): CampaignSnapshot {
  const { campaign: row, links } = configuration
  const contracts = configuration.contracts.map((rows) => compileContract(rows, row.settings, compiler))
  const named = [
    ...row.settings.filters.map(({ field }) => field),
    ...(row.settings.dedupe?.fields ?? []),
    ...contracts.flatMap(({ terms }) => terms.filters.map(({ field }) => field)),
    ...configuration.contracts.flatMap(({ contract }) => compiler.fieldsRead(compiler.resolve(contract.settings))),
  ]
  return {
    schema: SNAPSHOT_SCHEMA,
    campaign: compileTerms(configuration, named),
    links: Object.fromEntries(links.map((rows) => [rows.supplier.id, compileLink(rows)])),
    contracts,
    ...compileSpecs(configuration),
  }
}

function compileSpecs({ campaign: { settings }, links }: CampaignConfiguration): Pick<CampaignSnapshot, 'specs'> {
  const nonces = links.flatMap(({ link }) => (link.specsNonce === null ? [] : [[link.supplierId, link.specsNonce]]))
  if (nonces.length === 0) return {}
  const own = [
    ...settings.fields.map(({ name }) => name),
    ...CONTACT_FIELDS,
    ...settings.filters.map(({ field }) => field),
    ...(settings.dedupe?.fields ?? []),
  ]
  return { specs: { fields: [...new Set(own)], nonces: Object.fromEntries(nonces) } }
}

function compileTerms(configuration: CampaignConfiguration, named: readonly string[]): Campaign {
  const { campaign: row, currency, commonListIds = [] } = configuration
  const { settings } = row
  return {
    id: row.id,
    tenantId: row.tenantId,
    version: row.version,
    name: settings.name,
    vertical: settings.vertical,
    subVertical: settings.sub_vertical,
    status: settings.status,
    type: settings.type,
    pingMode: settings.ping_mode,
    distribution: settings.distribution,
    currency,
    floorMicros: amountToMicros(settings.floor_price),
    maxSells: settings.max_sells,
    bidWindowMs: settings.bid_window_ms,
    postTimeoutMs: settings.post_timeout_ms,
    deadlineMs: settings.deadline_ms,
    fields: knownFields(settings.fields, named),
    filters: settings.filters.map(toFilter),
    dedupe: settings.dedupe,
    ...suppressedBy([...(settings.suppression_list_ids ?? []), ...commonListIds]),
  }
}

function compileLink({ link: { settings }, supplier }: LinkRows): SourceLink {
  return {
    supplierId: supplier.id,
    supplierName: supplier.name,
    active: isActive(supplier) && settings.status === 'active',
    payout: {
      cost: compileCost(settings),
      minPayoutMicros: optionalMicros(settings.min_payout),
      maxPayoutMicros: optionalMicros(settings.max_payout),
    },
    testMode: settings.test_mode,
    capped: {
      leads: settings.caps.length > 0,
      payouts: !settings.test_mode && settings.caps.some(({ amount }) => amount !== undefined),
      pings: settings.ping_caps.length > 0,
    },
    ...(supplier.settings.max_concurrent_auctions !== undefined && {
      maxConcurrentAuctions: supplier.settings.max_concurrent_auctions,
    }),
  }
}

/** The schema of source links has made sure of the amount that the mode needs. */
function compileCost({ cost_mode, cost_amount, cost_percent }: SourceLinkSettings): CostTerms {
  return cost_mode === 'fixed'
    ? { mode: 'fixed', amountMicros: amountToMicros(cost_amount ?? 0) }
    : { mode: 'revenue_share', share: percentToShare(cost_percent ?? 0) ?? 0 }
}

function compileContract(
  { contract, buyer }: ContractRows,
  campaign: CampaignSettings,
  compiler: Compiler,
): SnapshotContract {
  const { settings } = contract
  // An auction never asks what became of a post: it need not take along how that is done.
  const { inquiry: _, ...endpoints } = compiler.resolve(settings)
  // A time that the operator did not set for this buyer is the campaign's.
  const pingTimeoutMs = settings.ping?.request?.timeout_ms ?? campaign.bid_window_ms
  const postTimeoutMs = settings.post.request.timeout_ms ?? campaign.post_timeout_ms
  const terms: ContractTerms = {
    id: contract.id,
    buyerId: buyer.id,
    buyerName: buyer.name,
    active: isActive(buyer) && settings.status === 'active',
    priceMicros: endpoints.priceMicros ?? 0,
    priority: settings.priority,
    weight: settings.weight,
    tier: settings.tier,
    minBidMicros: optionalMicros(settings.min_bid),
    maxBidMicros: optionalMicros(settings.max_bid),
    bidValidMs: settings.bid_valid_seconds * 1_000,
    onUnknown: endpoints.onUnknown,
    filters: settings.filters.map(toFilter),
    pings: endpoints.ping !== null,
    pingTimeoutMs,
    postTimeoutMs,
    ...openAt(settings.schedule),
    ...suppressedBy(settings.suppression_list_ids ?? []),
  }
  return { terms, endpoints, sealedSecrets: contract.sealedSecrets }
}

/** Left out where there is none: most buyers are open at all times. */
function openAt(schedule: ContractRows['contract']['settings']['schedule']): { readonly schedule?: Schedule } {
  if (schedule === null) return {}
  return { schedule: { timeZone: schedule.timezone, open: openMinutes(schedule.windows) } }
}

/** Left out where there is none: what most campaigns and contracts have. */
function suppressedBy(listIds: readonly string[]): { readonly suppressionListIds?: readonly string[] } {
  return listIds.length === 0 ? {} : { suppressionListIds: [...new Set(listIds)] }
}

function isActive(row: { readonly status: string; readonly archivedAt: string | null }): boolean {
  return row.status === 'active' && row.archivedAt === null
}

function optionalMicros(amount: number | null): number | null {
  return amount === null ? null : amountToMicros(amount)
}
