/**
 * What every book says in the end: read over HTTP while the server still runs, and from the disk once it was stopped. Nothing is
 * judged here.
 */
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Client } from '../served/client.ts'
import { Operator } from '../served/operator.ts'
import { inGroups } from '../settle.ts'
import type { World } from '../world.ts'

export interface LeadRecord {
  readonly id: string
  readonly auction_id: string
  readonly status: 'sold' | 'unsold' | 'pending'
  readonly campaign_id: string
  readonly supplier_id: string
  readonly revenue: number
  readonly payout: number
  readonly settled_at: string | null
  readonly fields: { readonly phone?: string } | null
}

export interface AuctionRecord {
  readonly id: string
  readonly lead_id: string | null
  readonly phase: string
  readonly status: string
  readonly revenue: number
  readonly payout: number
  readonly bids: readonly {
    readonly buyer_id: string
    readonly result: 'won' | 'lost' | 'pending'
    readonly amount: number | null
    readonly reason: string | null
    readonly post: {
      readonly outcome: string
      readonly tries: number
      readonly reference: string | null
    } | null
  }[]
}

export interface BalanceRecord {
  readonly balance: number
  readonly held: number
  readonly spent: number
  readonly credited: number
}

export interface PnlRecord {
  readonly leads: number
  readonly sold: number
  readonly sales: number
  readonly revenue: number
  readonly payout: number
}

/** Over HTTP. */
export interface Told {
  readonly leads: readonly LeadRecord[]
  /** By lead. */
  readonly auctions: ReadonlyMap<string, AuctionRecord>
  /** What its supplier is shown of a lead, as JSON, by lead. */
  readonly shown: ReadonlyMap<string, string>
  /** By the buyer's name. */
  readonly balances: ReadonlyMap<string, BalanceRecord>
  readonly pnl: PnlRecord
}

export interface LedgerRow {
  readonly auction_id: string
  readonly contract_id: string
  readonly kind: string
  readonly lead_id: string
  readonly campaign_id: string
  readonly supplier_id: string
  readonly buyer_id: string
  readonly revenue_micros: number
  readonly payout_micros: number
}

export interface LeadRow {
  readonly id: string
  readonly campaign_id: string
  readonly supplier_id: string
  readonly buyer_id: string | null
  readonly status: string
  readonly revenue_micros: number
  readonly payout_micros: number
  readonly received_at: string
  readonly settled_at: string | null
}

export interface RollupRow {
  readonly hour: string
  readonly campaign_id: string
  readonly supplier_id: string
  readonly buyer_id: string
  readonly leads: number
  readonly sales: number
  readonly revenue_micros: number
  readonly payout_micros: number
}

export interface DeliveryRow {
  readonly endpoint_id: string
  readonly event_id: string
  readonly type: string
  readonly status: string
}

export interface HoldRow {
  readonly status: 'held' | 'sold' | 'released'
  readonly contract_id: string
  readonly price_micros: number
  readonly at: number
}

/** On the disk. */
export interface Kept {
  readonly ledger: readonly LedgerRow[]
  readonly leads: readonly LeadRow[]
  readonly rollups: readonly RollupRow[]
  readonly deliveries: readonly DeliveryRow[]
  readonly deadLetters: number
  readonly holds: readonly HoldRow[]
}

/** Asks the running server, for each lead its auction and its supplier's view; repeats every request that may be repeated. */
export async function ask(world: World, client: Client): Promise<Told> {
  const { clients, supplier, market } = world
  const operator = new Operator(client)
  const leads = await operator.all<LeadRecord>('/v1/leads')
  const auctions = new Map<string, AuctionRecord>()
  await inGroups(leads, async ({ id, auction_id }) => {
    auctions.set(id, await operator.get<AuctionRecord>(`/v1/auctions/${auction_id}`))
  })
  const shown = new Map<string, string>()
  await inGroups(clients.acknowledged, async (lead) => {
    const { key } = market.supplierOf(lead.supplier)
    const { leadId } = lead.acknowledged
    if (lead.channel !== 'exchange') {
      shown.set(leadId, (await client.call('GET', `/api/v1/leads/${leadId}`, { key })).text)
    }
    // Without any key the same body is another lead by now.
    if (lead.channel !== 'direct' || lead.key !== null) await supplier.repeat(client, lead)
  })
  const balances = new Map<string, BalanceRecord>()
  for (const [name, id] of Object.entries(market.buyerIds)) {
    balances.set(name, await operator.get<BalanceRecord>(`/v1/buyers/${id}/balance`))
  }
  const day = 24 * 60 * 60_000
  const period = `from=${new Date(Date.now() - 2 * day).toISOString()}&to=${new Date(Date.now() + day).toISOString()}`
  const { totals } = await operator.get<{ readonly totals: PnlRecord }>(`/v1/reports/pnl?${period}`)
  return { leads, auctions, shown, balances, pnl: totals }
}

/** Reads what the stopped server left. */
export function readDisk(stateDir: string): Kept {
  const [database] = withTable(join(stateDir, 'resources/d1'), 'ledger')
  if (database === undefined) throw new Error('no database with a ledger on the disk')
  try {
    const rows = <Row>(sql: string) => database.prepare(sql).all() as unknown as readonly Row[]
    return {
      ledger: rows<LedgerRow>('SELECT * FROM ledger'),
      leads: rows<LeadRow>(
        `SELECT id, campaign_id, supplier_id, buyer_id, status, revenue_micros, payout_micros, received_at, settled_at
         FROM leads`,
      ),
      rollups: rows<RollupRow>('SELECT * FROM rollups'),
      deliveries: rows<DeliveryRow>('SELECT endpoint_id, event_id, type, status FROM webhook_deliveries'),
      deadLetters: rows<object>("SELECT id FROM dead_letters WHERE status = 'kept'").length,
      holds: holdsIn(join(stateDir, 'resources/do/gavel-BuyerAccount')),
    }
  } finally {
    database.close()
  }
}

function holdsIn(folder: string): readonly HoldRow[] {
  return withTable(folder, 'holds').flatMap((account) => {
    try {
      return account.prepare('SELECT status, contract_id, price_micros, at FROM holds').all() as unknown as HoldRow[]
    } finally {
      account.close()
    }
  })
}

/** Every database below the folder that has the table, open for reading. */
function withTable(folder: string, table: string): readonly DatabaseSync[] {
  return globSync('**/*.sqlite', { cwd: folder }).flatMap((file) => {
    const database = new DatabaseSync(join(folder, file), { readOnly: true })
    if (database.prepare('SELECT 1 FROM sqlite_master WHERE name = ?').get(table) !== undefined) return [database]
    database.close()
    return []
  })
}
