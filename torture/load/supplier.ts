/** Sends leads as suppliers do, over each of the ways in, and holds what it is told against what it was told before. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { OpenMarket } from '../market/open.ts'
import type { Client, Reply } from '../served/client.ts'
import { PINGED, personOf } from './invent.ts'
import type { Acknowledgement, ClientLog, Lead } from './leads.ts'

const MAX_WAITS = 10
const STATUS = { ACCEPTED: 'sold', UNMATCHED: 'unsold', PENDING: 'pending' } as const

export class Supplier {
  readonly #market: OpenMarket
  readonly #log: ClientLog

  constructor(market: OpenMarket, log: ClientLog) {
    this.#market = market
    this.#log = log
  }

  /** Sends the lead, or sends it again; whatever is cut off stays unanswered. Never throws. */
  async send(client: Client, lead: Lead): Promise<void> {
    lead.isUnderWay = true
    const isRepetition = lead.postedAt !== null
    try {
      if (lead.body === null && !(await this.#prepare(client, lead))) return
      lead.postedAt ??= Date.now()
      this.#read(lead, await this.#post(client, lead))
      if (isRepetition && lead.acknowledged !== null) this.#log.answeredLater += 1
    } catch {
      // Nobody heard: whether the lead is there, the supplier learns when it asks again.
    } finally {
      lead.isUnderWay = false
    }
  }

  /** Sends once more what was acknowledged: the same bytes must come. @returns whether an answer came */
  async repeat(client: Client, lead: Lead): Promise<boolean> {
    const known = lead.acknowledged
    if (known === null) return false
    try {
      const { status, text, headers } = await this.#post(client, lead)
      if (status !== known.status || text !== known.text) {
        this.#log.surprise(
          `lead ${known.leadId} was answered ${known.status} ${known.text}, repeated ${status} ${text}`,
        )
      } else if (headers['idempotent-replayed'] !== 'true') {
        this.#log.surprise(`lead ${known.leadId}: the repetition is not marked as one`)
      }
      this.#log.repeats += 1
      return true
    } catch {
      return false
    }
  }

  /** Makes the body, after a ping where the channel has one. @returns whether there is anything to post */
  async #prepare(client: Client, lead: Lead): Promise<boolean> {
    if (lead.channel === 'exchange') return this.#askForBid(client, lead)
    const named = this.#named(lead)
    const pinged = lead.channel === 'pinged' ? await this.#askIfWanted(client, lead, named) : {}
    if (pinged === null) return false
    lead.body = JSON.stringify({ ...named, ...personOf(lead), ...pinged })
    return true
  }

  async #askIfWanted(client: Client, lead: Lead, named: object): Promise<object | null> {
    const { key } = this.#market.supplierOf(lead.supplier)
    const { status, text } = await client.call('POST', '/api/v1/ping', { key, json: { ...named, ...PINGED } })
    const { ping_id } = JSON.parse(text)
    if (status === 200 && typeof ping_id === 'string') return { flo_ping_id: ping_id }
    this.#log.surprise(`the ping of lead ${lead.number} was answered ${status} ${text}`)
    return null
  }

  async #askForBid(client: Client, lead: Lead): Promise<boolean> {
    const { key } = this.#market.supplierOf(lead.supplier)
    const auction_id = `ours-${lead.number}`
    const asked = { auction_id, campaign_id: this.#market.campaignIds[lead.campaign.name], zip3: '770', state: 'TX' }
    const { status, text } = await client.call('POST', '/v1/ping', { key, json: asked })
    const { bid } = JSON.parse(text)
    if (status !== 200) this.#log.surprise(`the ping of lead ${lead.number} was answered ${status} ${text}`)
    else if (bid === null) this.#log.refuse(lead, 'no_bid')
    if (status !== 200 || bid === null) return false
    lead.promised = bid.amount
    lead.body = JSON.stringify({ auction_id, bid_token: bid.bid_token, lead: personOf(lead) })
    return true
  }

  /** Posts what was made; waits where an earlier twin is still under way. */
  async #post(client: Client, lead: Lead): Promise<Reply> {
    const { key } = this.#market.supplierOf(lead.supplier)
    const path = lead.channel === 'exchange' ? '/v1/post' : '/api/v1/ingest'
    const headers = lead.key === null ? {} : { 'idempotency-key': lead.key }
    for (let waits = 0; ; waits++) {
      const reply = await client.call('POST', path, { key, body: lead.body ?? '', headers })
      const isTwin = reply.status === 409 && reply.text.includes('idempotency_in_progress')
      if (!isTwin || waits >= MAX_WAITS) return reply
      await sleep(Number(reply.headers['retry-after'] ?? 1) * 1_000)
    }
  }

  #read(lead: Lead, { status, text }: Reply): void {
    if (status === 201 || status === 202) {
      this.#log.acknowledge(lead, acknowledgementOf(status, text))
    } else if (lead.channel === 'exchange' && text.includes('"bid_expired"')) {
      this.#log.refuse(lead, 'bid_expired')
    } else if (!text.includes('"idempotency_in_progress"')) {
      this.#log.surprise(`lead ${lead.number} (${lead.phone}, ${lead.campaign.name}) was answered ${status} ${text}`)
    }
  }

  #named({ campaign, supplier }: Lead): object {
    return {
      flo_campaign_id: this.#market.campaignIds[campaign.name],
      flo_supplier_id: this.#market.supplierOf(supplier).id,
    }
  }
}

function acknowledgementOf(status: 201 | 202, text: string): Acknowledgement {
  const body = JSON.parse(text)
  const { data } = body
  if (data === undefined) {
    return { status, text, leadId: body.lead_uuid, outcome: body.status, price: body.price }
  }
  return { status, text, leadId: data.id, outcome: STATUS[data.status as keyof typeof STATUS], price: data.price }
}
