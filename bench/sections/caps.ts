/**
 * (f) A thousand leads for a buyer whose cap is a hundred and who says no to every third: how many it was sold. A count: one
 * more would be one too many, and one less would be a sale lost.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Gavel } from '../gavel.ts'
import type { BenchOptions } from '../options.ts'
import { number, type SectionResult } from '../report.ts'
import type { Stand } from '../stand.ts'
import { round } from '../statistics.ts'
import { openMarket } from './market.ts'

const LEADS = 1_000
const CAP = 100
const CONNECTIONS = 200
const PATIENCE_MS = 120_000
const POLL_MS = 100

interface Counts {
  readonly leads: number
  readonly sold: number
  readonly ledger: number
}

export async function measureCaps(stand: Stand, _options: BenchOptions): Promise<SectionResult> {
  const { gavel } = await stand.pair()
  const settings = { caps: [{ period: 'total', count: CAP }] }
  const buyers = [{ url: `${stand.buyerUrls[0]}/fickle`, settings }]
  const market = await openMarket(gavel, { name: 'A capped buyer', buyers })
  const before = (await stand.buyerCounts())[0]?.posts ?? 0
  const { perSecond } = await stand.load({
    port: gavel.port,
    path: '/api/v1/ingest',
    headers: { 'x-api-key': market.apiKey },
    campaignId: market.campaignId,
    supplierId: market.supplierId,
    body: 'lead',
    keyed: true,
    connections: CONNECTIONS,
    maxMs: PATIENCE_MS,
    maxRequests: LEADS,
    expect: { status: 201, members: {} },
  })
  const posts = ((await stand.buyerCounts())[0]?.posts ?? 0) - before
  return report(await booked(gavel, market.campaignId), posts, perSecond)
}

/** Waits until the database holds every lead. */
async function booked({ miniflare }: Gavel, campaignId: string): Promise<Counts> {
  const database = await miniflare.getD1Database('DB')
  const count = async (sql: string) => (await database.prepare(sql).bind(campaignId).first<number>('n')) ?? 0
  const startedAt = performance.now()
  for (;;) {
    const leads = await count('SELECT count(*) AS n FROM leads WHERE campaign_id = ?')
    const sold = await count("SELECT count(*) AS n FROM leads WHERE campaign_id = ? AND status = 'sold'")
    const ledger = await count('SELECT count(*) AS n FROM ledger WHERE campaign_id = ?')
    if (leads === LEADS) return { leads, sold, ledger }
    if (performance.now() - startedAt > PATIENCE_MS) throw new Error(`the database holds ${leads} of ${LEADS} leads`)
    await sleep(POLL_MS)
  }
}

function report({ leads, sold, ledger }: Counts, posts: number, perSecond: number): SectionResult {
  const passed = sold === CAP && ledger === CAP
  const json = {
    leads,
    connections: CONNECTIONS,
    cap: CAP,
    sold,
    ledger_rows: ledger,
    posts,
    leads_per_second: round(perSecond, 1),
    bar: { sold: CAP },
    passed,
  }
  const row = {
    label: `sold of ${number(LEADS)} leads at once against a cap of ${CAP}`,
    gavel: String(sold),
    bare: '',
    reached: `${sold} sold, ${ledger} charged`,
    bar: `= ${CAP}`,
    passed,
  }
  return { json, rows: [row], notes: [`The capped buyer was posted ${posts} leads and took ${sold}.`] }
}
