/**
 * What Gavel is measured against: the least that a ping and a sale can be made of on this platform.
 *
 * A ping parses its JSON, makes one HMAC and answers JSON of Gavel's size. A lead goes to a new object, which fetches the
 * same buyers in parallel, fetches one post, writes one row and answers. Nothing is checked, bounded, kept or explained.
 */
import { DurableObject } from 'cloudflare:workers'
import { Hono } from 'hono'

export interface BareEnv {
  readonly BARE_AUCTION: DurableObjectNamespace<BareAuction>
  /** Characters of a ping id, so that the answer is as long as Gavel's. */
  readonly PING_ID_CHARS: string
  /** Base URLs of the buyers, as a JSON array. */
  readonly BUYERS: string
}

type Lead = Record<string, string | number | boolean>

export interface BareSale {
  readonly status: 'ACCEPTED'
  readonly buyer: number
  readonly price: number
  readonly id: string
}

const HMAC = { name: 'HMAC', hash: 'SHA-256' }
const encoder = new TextEncoder()
let key: Promise<CryptoKey> | undefined

export class BareAuction extends DurableObject<BareEnv> {
  async sell(lead: Lead, buyers: readonly string[]): Promise<BareSale> {
    const ping = { state: lead.state, zip: lead.zip, score: lead.ai_quality_score }
    const bids = await Promise.all(buyers.map((url) => send<{ bid_price: number }>(`${url}/ping`, ping)))
    const best = bids.reduce((leader, { bid_price }, index) => {
      return bid_price > (bids[leader]?.bid_price ?? 0) ? index : leader
    }, 0)
    const { id } = await send<{ id: string }>(`${buyers[best]}/post`, lead)
    const sale: BareSale = { status: 'ACCEPTED', buyer: best, price: bids[best]?.bid_price ?? 0, id }
    this.ctx.storage.kv.put('sale', { ...sale, lead })
    return sale
  }
}

async function send<Answer>(url: string, body: unknown): Promise<Answer> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  return response.json()
}

async function sign(text: string): Promise<string> {
  key ??= crypto.subtle.importKey('raw', new Uint8Array(32).fill(7), HMAC, false, ['sign'])
  return Buffer.from(await crypto.subtle.sign(HMAC, await key, encoder.encode(text))).toString('base64url')
}

const app = new Hono<{ Bindings: BareEnv }>()

app.post('/ping', async (c) => {
  const lead = await c.req.json<Lead>()
  const payload = JSON.stringify({ campaign: lead.flo_campaign_id, supplier: lead.flo_supplier_id })
  const mac = await sign(payload)
  return c.json({
    accepted: true,
    ping_id: `${mac}.`.padEnd(Number(c.env.PING_ID_CHARS), 'x'),
    message: 'Lead accepted',
    expires_at: new Date(Date.now() + 1_800_000).toISOString(),
  })
})

app.post('/sold/:pace', async (c) => {
  const lead = await c.req.json<Lead>()
  const buyers = (JSON.parse(c.env.BUYERS) as string[]).map((url) => `${url}/${c.req.param('pace')}`)
  const { BARE_AUCTION } = c.env
  const sale = await BARE_AUCTION.get(BARE_AUCTION.newUniqueId()).sell(lead, buyers)
  return c.json(sale, 201)
})

export default app
