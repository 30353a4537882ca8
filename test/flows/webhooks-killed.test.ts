/** No event is lost to a kill: it is stored with the change that it tells of, and whoever sends it is woken by the clock. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Made, Operator } from '../support/gavel-client'
import { answer, HttpBuyer, hang } from '../support/http-buyer'
import { fixedContract, freshLead, type Market, openMarket } from '../support/market'
import { OPERATOR_KEY, ServedGavel } from '../support/served-gavel'
import { WebhookReceiver } from '../support/webhook-receiver'

let stateDir: string
let gavel: ServedGavel
let buyer: HttpBuyer
let hooks: WebhookReceiver
let market: Market

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'gavel-hooks-'))
  gavel = await ServedGavel.start({ stateDir })
  const operator = new Operator(gavel.url, OPERATOR_KEY)
  buyer = await HttpBuyer.start()
  hooks = await WebhookReceiver.start()
  market = await openMarket(operator, { buyers: { crown: fixedContract(buyer, 40) } })
  await operator.create<Made>('/v1/webhook-endpoints', { url: hooks.url, events: ['lead.sold'] })
})

afterAll(async () => {
  await hooks?.close()
  await buyer?.close()
  await gavel?.[Symbol.asyncDispose]()
  await rm(stateDir, { recursive: true, force: true, maxRetries: 5 })
})

it('events of leads that were answered come, wherever the process was killed on their way', async () => {
  const sold: string[] = []
  const sell = async () => {
    const { body } = await market.supplier.at(gavel.url).ingest(market.campaignId, freshLead())
    sold.push(body.data.id)
  }
  const killed = async () => {
    await gavel.kill()
    gavel = await gavel.again()
  }
  // Answered, and the database not told yet.
  await Promise.all([1, 2, 3].map(sell))
  await killed()
  // Sent, and not answered.
  hooks.when(hang())
  await Promise.all([1, 2, 3].map(sell))
  await hooks.waitFor('lead.sold', 1)
  await killed()
  // Somewhere between.
  hooks.when(answer(204, ''))
  for (const pause of [300, 900, 1_500]) {
    await Promise.all([1, 2].map(sell))
    await new Promise((resolve) => setTimeout(resolve, pause))
    await killed()
  }
  await vi.waitFor(
    () => {
      const told = new Set(hooks.dataOf('lead.sold').map(({ lead_id }) => lead_id))
      expect([...told].sort()).toEqual([...sold].sort())
    },
    { timeout: 110_000, interval: 500 },
  )
  const idsOfLead = Map.groupBy(hooks.sendings, ({ event }) => event.data.lead_id)
  for (const sendings of idsOfLead.values()) expect(new Set(sendings.map(({ event }) => event.id)).size).toBe(1)
}, 150_000)
