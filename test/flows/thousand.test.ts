/**
 * A thousand leads at once for a buyer whose cap is a hundred: it accepts, rejects, hangs, answers late and cuts the line, and
 * the whole system is killed twice while its posts are out.
 *
 * The buyer keeps the first pings waiting until so many auctions are open, and answers them together: all of these ask its
 * account at the same moment.
 */
import { existsSync, globSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Operator } from '../support/gavel-client'
import { after, bid, cut, HttpBuyer, hang, type Manner, type ReceivedCall, refuse, sold } from '../support/http-buyer'
import { freshLead, type Market, openMarket } from '../support/market'
import { OPERATOR_KEY, ServedGavel } from '../support/served-gavel'

/** A thousand objects at once wait for the disk above all; that is not what is shown here, and a kill spares both. */
const QUICK_FOLDER = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

const LEADS = 1_000
/** How many of them are on their way at a time: more would only queue at a small machine's door. */
const AT_ONCE = 200
const CAP = 100
/** Each time that the buyer has been posted so many leads, everything is killed. */
const KILLS_AT_POSTS = [30, 70]
/** How many auctions the buyer lets come together before it answers any of them, or for how long it waits for that. */
const OPEN_TOGETHER = 60
const PATIENCE_MS = 4_000
const PING_TIMEOUT_MS = 5_000
const POST_TIMEOUT_MS = 3_000

/** What the buyer does with the posts of one lead, one after the other; the last stays. Most are as they should be. */
const MANNERS: readonly (readonly [Manner, ...Manner[]])[] = [
  [after(200, sold())],
  [after(200, sold())],
  [refuse()],
  [after(50, sold())],
  [hang(), sold()],
  [after(400, sold())],
  [refuse()],
  [after(POST_TIMEOUT_MS + 1_000, sold()), sold()],
  [sold()],
  [cut(), sold()],
]

interface Sent {
  readonly key: string
  readonly fields: ReturnType<typeof freshLead>
  status: string | null
}

/** Which leads the buyer has: it said yes, or will have said so when it comes to it. */
const taken = new Set<string>()
const posts = new Map<string, number>()
/** The most that it ever had at a time. */
let mostTaken = 0

const bidding = bid(10)
/** Answers pings that wait for others to come; null once they came. */
let waiting: Set<() => void> | null = new Set()
let mostOpen = 0

async function ping(response: ServerResponse, call: ReceivedCall): Promise<void> {
  if (waiting !== null) {
    const { promise, resolve } = Promise.withResolvers<void>()
    if (waiting.size === 0) setTimeout(letThemIn, PATIENCE_MS)
    waiting.add(resolve)
    response.on('close', () => waiting?.delete(resolve))
    mostOpen = Math.max(mostOpen, waiting.size)
    if (waiting.size >= OPEN_TOGETHER) letThemIn()
    await promise
  }
  if (!response.destroyed) await bidding(response, call)
}

function letThemIn(): void {
  for (const answer of waiting ?? []) answer()
  waiting = null
}

let stateDir: string
let gavel: ServedGavel
let buyer: HttpBuyer
let market: Market
const leads: Sent[] = []

async function post(response: ServerResponse, call: ReceivedCall): Promise<void> {
  const key = String(call.headers['idempotency-key'])
  const number = Number(/Garcia-(\d+)/.exec(call.body)?.[1])
  const manners = MANNERS[number % MANNERS.length] ?? MANNERS[0]
  const turn = posts.get(key) ?? 0
  posts.set(key, turn + 1)
  const manner = manners?.[Math.min(turn, manners.length - 1)]
  const isYes = number % MANNERS.length !== 2 && number % MANNERS.length !== 6
  const isHeard = ![4, 9].includes(number % MANNERS.length) || turn > 0
  if (isYes && isHeard) taken.add(key)
  mostTaken = Math.max(mostTaken, taken.size)
  await manner?.(response, call)
}

const operator = () => new Operator(gavel.url, OPERATOR_KEY)

beforeAll(async () => {
  stateDir = await mkdtemp(join(QUICK_FOLDER, 'gavel-thousand-'))
  buyer = await HttpBuyer.start()
  buyer.whenPinged(ping).whenPosted(post)
  gavel = await ServedGavel.start({ stateDir })
  const { campaignId, supplier, buyerIds } = await openMarket(operator(), {
    // A thousand at once take their time on a small machine; here nobody is to be turned away for that.
    campaign: { bid_window_ms: PING_TIMEOUT_MS, deadline_ms: 15_000 },
    buyers: {
      capped: {
        on_unknown: 'retry',
        caps: [{ period: 'total', count: CAP }],
        ping: { enabled: true, request: { url: buyer.pingUrl, timeout_ms: PING_TIMEOUT_MS } },
        post: { request: { url: buyer.postUrl, timeout_ms: POST_TIMEOUT_MS } },
      },
    },
  })
  await operator().patch(`/v1/buyers/${buyerIds.capped}`, { ping_rate: { per_second: 10_000 } })
  market = { campaignId, supplier, buyerIds }
})

afterAll(async () => {
  await buyer?.close()
  await gavel?.[Symbol.asyncDispose]()
  await rm(stateDir, { recursive: true, force: true, maxRetries: 5 })
})

function newLeads(count: number): readonly Sent[] {
  const made = Array.from({ length: count }, (): Sent => {
    return { key: `lead ${leads.length} ${crypto.randomUUID()}`, fields: freshLead(), status: null }
  })
  leads.push(...made)
  return made
}

/** Sends a lead as its supplier would, again and again until there is an answer. */
async function send(lead: Sent, tries = 1): Promise<void> {
  for (let tried = 0; tried < tries && lead.status === null; tried++) {
    const supplier = market.supplier.at(gavel.url)
    const reply = await supplier
      .ingest(market.campaignId, lead.fields, { 'idempotency-key': lead.key })
      .catch(() => null)
    lead.status = reply?.body?.data?.status ?? null
  }
}

/** Sends the leads, so many at a time, until all were sent or everything has died. */
async function sendAll(all: readonly Sent[], tries = 1): Promise<void> {
  const queue = [...all]
  const url = gavel.url
  const isUp = () => gavel.url === url && !isKilled
  const work = async () => {
    for (let lead = queue.shift(); lead !== undefined && isUp(); lead = queue.shift()) await send(lead, tries)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}

let isKilled = false

/** Kills the whole system, and starts it again on the same state once all callers have noticed. */
async function killAndRestart(sending: Promise<void>): Promise<void> {
  isKilled = true
  process.kill(-(gavel.process.pid ?? 0), 'SIGKILL')
  await gavel.ended()
  await sending
  gavel = await gavel.again()
  isKilled = false
}

async function countLeads(): Promise<{ readonly sold: number; readonly pending: number }> {
  const counts = { sold: 0, pending: 0 }
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { body } = await operator().leads(`limit=200${cursor === '' ? '' : `&cursor=${cursor}`}`)
    for (const { status } of body.data) if (status !== 'unsold') counts[status] += 1
    cursor = body.next_cursor
  }
  return counts
}

/** Waits until nothing is open any more. @returns how many leads are sold */
async function settled(): Promise<number> {
  return vi.waitFor(
    async () => {
      const counts = await countLeads()
      expect(counts.sold + counts.pending).toBeLessThanOrEqual(CAP)
      expect(counts.pending).toBe(0)
      expect(counts.sold).toBe(taken.size)
      return counts.sold
    },
    { timeout: 60_000, interval: 500 },
  )
}

describe('a thousand leads at once', () => {
  it('sell exactly what the cap allows, though everything dies in between', async () => {
    let sending = sendAll(newLeads(LEADS))
    for (const count of KILLS_AT_POSTS) {
      await vi.waitUntil(() => posts.size >= count, { timeout: 60_000, interval: 5 })
      await killAndRestart(sending)
      const unanswered = leads.filter(({ status }) => status === null)
      expect(unanswered.length).toBeGreaterThan(0)
      // Suppliers ask again, most of them; what the others sent comes to its end by itself.
      sending = sendAll(unanswered.filter((_, index) => index % 4 > 0))
    }
    await sending
    // A slow machine has fewer open when the buyer's patience ends.
    expect(mostOpen).toBeGreaterThanOrEqual(OPEN_TOGETHER / 3)
    for (let round = 0; round < 8 && (await settled()) < CAP; round++) {
      await sendAll(newLeads(50), 3)
    }
    expect(await settled()).toBe(CAP)
    // There is demand, and no place.
    await sendAll(newLeads(30), 3)
    expect(await settled()).toBe(CAP)
    expect(mostTaken).toBe(CAP)
  }, 240_000)

  it('are charged as they were sold: a row for each lead that the buyer has', async () => {
    await gavel.stop()
    expect(ledgerIn(stateDir)).toHaveLength(CAP)
    expect(new Set(ledgerIn(stateDir)).size).toBe(CAP)
  })
})

/** The leads of the ledger as it stands on the disk, whichever of the state's databases it is in. */
function ledgerIn(folder: string): readonly string[] {
  return globSync('**/*.sqlite', { cwd: folder }).flatMap((file) => {
    const database = new DatabaseSync(join(folder, file), { readOnly: true })
    try {
      const isIt = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'ledger'").get() !== undefined
      const rows = isIt ? database.prepare('SELECT lead_id FROM ledger').all() : []
      return rows.map((row) => String(row.lead_id))
    } finally {
      database.close()
    }
  })
}
