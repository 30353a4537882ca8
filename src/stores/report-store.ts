/**
 * Sums for reports, from the rollups: never from the leads, so that a report costs the hours it spans, not the leads.
 *
 * Sums are SQLite's 64-bit integers and exact; as numbers they stay exact up to 2^53 micros, nine thousand million units.
 */
import type { PnlKey } from '../contracts/pnl-report'

export interface PnlRequest {
  /** First hour and the hour after the last, as `2026-11-20T09`. */
  readonly fromHour: string
  readonly beforeHour: string
  readonly groupBy: readonly PnlKey[]
}

export interface PnlSums {
  readonly leads: number
  readonly sold: number
  readonly sales: number
  readonly revenueMicros: number
  readonly payoutMicros: number
  /** Of the sales, those that were returned; the sums before hold them too. */
  readonly returns: number
  readonly returnedRevenueMicros: number
  readonly returnedPayoutMicros: number
}

/** The sums of one group, with the members of its keys; `buyerId` is '' for nobody. */
export interface PnlRow extends PnlSums {
  readonly campaignId?: string
  readonly campaignName?: string | null
  readonly supplierId?: string
  readonly supplierName?: string | null
  readonly buyerId?: string
  readonly buyerName?: string | null
  readonly day?: string
  readonly hour?: string
}

export interface Pnl {
  readonly currency: string
  /** One more than MAX_PNL_ROWS where there are more. */
  readonly rows: readonly PnlRow[]
  readonly totals: PnlSums
}

export const MAX_PNL_ROWS = 10_000

interface KeyParts {
  /** The key's member and what it is in the rollups. */
  readonly member: string
  readonly expression: string
  /** Where its name is looked up. */
  readonly names: { readonly member: string; readonly table: string } | null
}

const KEYS: { readonly [key in PnlKey]: KeyParts } = {
  campaign: { member: 'campaignId', expression: 'campaign_id', names: { member: 'campaignName', table: 'campaigns' } },
  supplier: { member: 'supplierId', expression: 'supplier_id', names: { member: 'supplierName', table: 'suppliers' } },
  buyer: { member: 'buyerId', expression: 'buyer_id', names: { member: 'buyerName', table: 'buyers' } },
  day: { member: 'day', expression: 'substr(hour, 1, 10)', names: null },
  hour: { member: 'hour', expression: 'hour', names: null },
}

/** A lead counts at its first buyer, so leads with a buyer are those sold, each once. */
const LEADS = `sum(leads) AS leads, sum(iif(buyer_id = '', 0, leads)) AS sold`
/** Of one buyer, each sale is a lead that it bought, also one that it shares. */
const LEADS_BY_BUYER = `sum(iif(buyer_id = '', leads, sales)) AS leads, sum(sales) AS sold`
const MONEY = `sum(sales) AS sales, sum(revenue_micros) AS revenueMicros, sum(payout_micros) AS payoutMicros,
  sum(returns) AS returns, sum(returned_revenue_micros) AS returnedRevenueMicros,
  sum(returned_payout_micros) AS returnedPayoutMicros`
const PERIOD = 'FROM rollups WHERE tenant_id = ?1 AND hour >= ?2 AND hour < ?3'

const NOTHING: PnlSums = {
  leads: 0,
  sold: 0,
  sales: 0,
  revenueMicros: 0,
  payoutMicros: 0,
  returns: 0,
  returnedRevenueMicros: 0,
  returnedPayoutMicros: 0,
}

export class ReportStore {
  readonly #db: D1Database
  readonly #tenantId: string

  constructor(db: D1Database, tenantId: string) {
    this.#db = db
    this.#tenantId = tenantId
  }

  /** @returns rows in the order of their keys; without keys the one row of the totals. All of one moment. */
  async pnl({ fromHour, beforeHour, groupBy }: PnlRequest): Promise<Pnl> {
    const prepare = (sql: string) => this.#db.prepare(sql).bind(this.#tenantId, fromHour, beforeHour)
    const [tenant, totals, rows] = await this.#db.batch<Record<string, unknown>>([
      this.#db.prepare('SELECT currency FROM tenants WHERE id = ?1').bind(this.#tenantId),
      prepare(`SELECT ${LEADS}, ${MONEY} ${PERIOD} HAVING count(*) > 0`),
      ...(groupBy.length === 0 ? [] : [prepare(groupedSql(groupBy))]),
    ])
    const [settings] = (tenant?.results ?? []) as unknown as readonly { readonly currency: string }[]
    if (settings === undefined) throw new Error('there is no such tenant')
    const [sums = NOTHING] = (totals?.results ?? []) as unknown as readonly PnlSums[]
    const grouped = rows === undefined ? [sums] : (rows.results as unknown as readonly PnlRow[])
    return { currency: settings.currency, totals: sums, rows: grouped }
  }
}

/** Sums first and looks the names up for what is left. A group whose rollups cancelled out is none. */
function groupedSql(groupBy: readonly PnlKey[]): string {
  const keys = groupBy.map((key) => KEYS[key])
  const members = keys.map(({ member, expression }) => `${expression} AS ${member}`).join(', ')
  const places = keys.map((_, index) => index + 1).join(', ')
  const named = keys.flatMap(({ member, names }) => (names === null ? [] : [{ member, names }]))
  const columns = ['sums.*', ...named.map(({ names }) => `${names.table}.name AS ${names.member}`)].join(', ')
  const joins = named.map(
    ({ member, names: { table } }) => `LEFT JOIN ${table} ON ${table}.id = sums.${member} AND ${table}.tenant_id = ?1`,
  )
  return `
    WITH sums AS (
      SELECT ${members}, ${groupBy.includes('buyer') ? LEADS_BY_BUYER : LEADS}, ${MONEY}
      ${PERIOD} GROUP BY ${places} HAVING sum(leads) <> 0 OR sum(sales) <> 0
      ORDER BY ${places} LIMIT ${MAX_PNL_ROWS + 1}
    )
    SELECT ${columns} FROM sums ${joins.join(' ')} ORDER BY ${places}`
}
