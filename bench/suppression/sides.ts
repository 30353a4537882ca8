/** The campaigns that suppression is measured on, and the lists that they name. */
import { setTimeout as sleep } from 'node:timers/promises'
import { NO_LIMIT } from '../no-limit.ts'
import type { Target } from './pings.ts'

/** One body; a larger list comes in several. */
const ENTRIES_A_BODY = 500_000
const POLL_MS = 250

type Answer = { readonly [name: string]: unknown; readonly id: string; readonly api_key: string }

export class Operator {
  readonly port: number
  readonly #key: string

  constructor(port: number, key: string) {
    this.port = port
    this.#key = key
  }

  async send(method: string, path: string, body: object | string | null): Promise<Answer> {
    const type = typeof body === 'string' ? 'text/csv' : 'application/json'
    const response = await fetch(`http://127.0.0.1:${this.port}${path}`, {
      method,
      headers: { 'content-type': type, authorization: `Bearer ${this.#key}` },
      body: typeof body === 'string' || body === null ? body : JSON.stringify(body),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 500)}`)
    return JSON.parse(text) as Answer
  }
}

/** A campaign with one buyer, which is never called: a ping only asks. */
export async function openSide(operator: Operator, isListed: boolean) {
  const list = await operator.send('POST', '/v1/suppression-lists', { name: 'Do not call' })
  const settings = { name: 'Bench', vertical: 'auto', suppression_list_ids: isListed ? [list.id] : [] }
  const campaign = await operator.send('POST', '/v1/campaigns', settings)
  const supplier = await operator.send('POST', '/v1/suppliers', { name: 'Bench', ...NO_LIMIT })
  const buyer = await operator.send('POST', '/v1/buyers', { name: 'Bench' })
  const link = { cost_mode: 'revenue_share', cost_percent: 75 }
  await operator.send('PUT', `/v1/campaigns/${campaign.id}/suppliers/${supplier.id}`, link)
  const post = { request: { url: 'http://127.0.0.1:9/never' } }
  await operator.send('PUT', `/v1/campaigns/${campaign.id}/buyers/${buyer.id}`, { price: 10, post })
  const target: Target = {
    port: operator.port,
    headers: { 'x-api-key': supplier.api_key },
    campaignId: campaign.id,
    supplierId: supplier.id,
  }
  return { target, fill: (entries: number) => fill(operator, list.id, entries) }
}

/** Half phones, half emails, none of which a lead of the bench has. */
function body(from: number, to: number): string {
  const lines: string[] = []
  for (let index = from; index < to; index++) {
    lines.push(index % 2 === 0 ? String(9_000_000_000 - index) : `listed.${index}@example.net`)
  }
  return lines.join('\n')
}

/** @returns seconds until the last entry was stored, and until it was published */
async function fill(operator: Operator, listId: string, entries: number) {
  const path = `/v1/suppression-lists/${listId}`
  let importId: string | null = null
  let sending = 0
  const startedAt = performance.now()
  let preparing = 0
  for (let from = 0; from < entries; from += ENTRIES_A_BODY) {
    const to = Math.min(entries, from + ENTRIES_A_BODY)
    const preparedFrom = performance.now()
    const lines = body(from, to)
    preparing += performance.now() - preparedFrom
    const query = new URLSearchParams({
      more: String(to < entries),
      ...(importId === null ? {} : { import_id: importId }),
    })
    const answer = await operator.send('PUT', `${path}/entries?${query}`, lines)
    importId = answer.id
    sending = performance.now() - startedAt - preparing
  }
  for (;;) {
    const { status, published } = await operator.send('GET', `${path}/imports/${importId}`, null)
    if (status === 'published' && published === entries) break
    if (performance.now() - startedAt > 60 * 60_000) throw new Error('the list is not published')
    await sleep(POLL_MS)
  }
  const all = performance.now() - startedAt - preparing
  return { entries, storedSeconds: sending / 1_000, publishedSeconds: all / 1_000 }
}
