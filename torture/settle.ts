/**
 * After the last kill: faults end, suppliers ask until they are answered, a person resolves what is open, and everything is
 * waited for until nothing moves any more.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { isLeftToUs, SOON_MS } from './load/resolver.ts'
import type { TortureOptions } from './options.ts'
import type { Client } from './served/client.ts'
import { Operator, type Page } from './served/operator.ts'
import type { World } from './world.ts'

const POLL_MS = 1_000
const SOON_IN_BRIEF_MS = 3_000
/** So many looks in a row must find nothing missing and nothing new. */
const QUIET_LOOKS = 5
const MAX_SETTLE_MS = 900_000
const MAX_BRIEF_MS = 100_000
/** An account asks every ten minutes about holds that are ten minutes old by then. */
const MAX_HOLD_MS = 22 * 60_000
const AT_ONCE = 8

export async function settle(world: World, client: Client, { isBrief }: TortureOptions): Promise<void> {
  world.mood.isCalm = true
  const operator = new Operator(client)
  const [maxMs, soonMs] = isBrief ? [MAX_BRIEF_MS, SOON_IN_BRIEF_MS] : [MAX_SETTLE_MS, SOON_MS]
  await askAgain(world, client, maxMs)
  let quietLooks = 0
  let leads = 0
  await waitUntil(maxMs, async () => {
    const open = await resolveAll(world, operator, soonMs)
    const stored = await operator.all<StoredLead>('/v1/leads')
    const missing = open > 0 ? `${open} sales unresolved` : (notStored(world, stored) ?? (await undelivered(operator)))
    quietLooks = missing === null && stored.length === leads ? quietLooks + 1 : 0
    leads = stored.length
    return missing ?? (quietLooks < QUIET_LOOKS ? 'nothing is missing; does anything still move?' : null)
  })
  if (!isBrief) await waitUntil(MAX_HOLD_MS, () => heldBack(world, operator))
}

/** Every supplier that asks again does so until it is answered. */
async function askAgain({ clients, supplier }: World, client: Client, maxMs: number): Promise<void> {
  await waitUntil(maxMs, async () => {
    const open = clients.unanswered(Date.now())
    await inGroups(open, (lead) => supplier.send(client, lead))
    const left = clients.unanswered(Date.now()).length
    // Whoever is told what it should never be told goes on asking; that is reported with the books.
    return left > 0 && clients.unexpected.length < 100 ? `${left} leads without an answer` : null
  })
}

/** @returns how many are still open */
async function resolveAll({ resolver }: World, operator: Operator, soonMs: number): Promise<number> {
  const sales = await resolver.list(operator)
  const now = Date.now()
  const ours = sales.filter((sale) => isLeftToUs(sale, now, soonMs))
  await inGroups(ours, (sale) => resolver.resolve(operator, sale))
  return sales.length
}

interface StoredLead {
  readonly id: string
  readonly status: string
  readonly fields: { readonly phone?: string } | null
}

/** @returns what the database has not been told yet, or null */
function notStored({ clients, takes }: World, stored: readonly StoredLead[]): string | null {
  const ids = new Set(stored.map(({ id }) => id))
  const lost = clients.acknowledged.filter(({ acknowledged }) => !ids.has(acknowledged.leadId))
  if (lost.length > 0)
    return `${lost.length} acknowledged leads not in the database, as ${lost[0]?.acknowledged.leadId}`
  const phones = new Set(stored.map(({ fields }) => fields?.phone))
  const taken = takes.takes.filter(({ phone }) => !phones.has(phone))
  if (taken.length > 0) return `${taken.length} taken leads not in the database, as that of ${taken[0]?.phone}`
  const pending = stored.filter(({ status }) => status === 'pending').length
  return pending > 0 ? `${pending} leads pending` : null
}

async function undelivered(operator: Operator): Promise<string | null> {
  const endpoints = await operator.all<{ readonly id: string }>('/v1/webhook-endpoints')
  for (const { id } of endpoints) {
    const path = `/v1/webhook-endpoints/${id}/deliveries?status=pending&limit=1`
    const { data } = await operator.get<Page<object>>(path)
    if (data.length > 0) return 'webhooks on their way'
  }
  return null
}

async function heldBack({ market }: World, operator: Operator): Promise<string | null> {
  const names = Object.entries(market.buyerIds)
  const balances = await Promise.all(
    names.map(async ([name, id]) => {
      const { held } = await operator.get<{ readonly held: number }>(`/v1/buyers/${id}/balance`)
      return { name, held }
    }),
  )
  const holding = balances.filter(({ held }) => held !== 0)
  return holding.length === 0 ? null : `held: ${holding.map(({ name, held }) => `${name} ${held}`).join(', ')}`
}

/** @param look what is still missing, or null. After its time it is left as it is: the books will tell. */
async function waitUntil(withinMs: number, look: () => Promise<string | null>): Promise<void> {
  const from = Date.now()
  const until = from + withinMs
  let said = ''
  for (let missing = await look(); missing !== null && Date.now() < until; missing = await look()) {
    const words = missing.replaceAll(/\d[\d.]*/g, '#')
    if (words !== said) console.log(`settling, ${Math.round((Date.now() - from) / 1_000)} s: ${missing}`)
    said = words
    await sleep(POLL_MS)
  }
}

/** A few at a time, in order. */
export async function inGroups<Item>(items: readonly Item[], act: (item: Item) => Promise<unknown>): Promise<void> {
  const rest = items.values()
  const work = async () => {
    for (const item of rest) await act(item)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}
