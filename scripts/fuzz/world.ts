/** A campaign with supplier, buyer and lists, for the fuzzer to aim at. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { World } from './requests.ts'

interface Made {
  readonly id: string
  readonly api_key?: string
}

/** @param operatorKey of the tenant that it is made in */
export async function openWorld(url: string, operatorKey: string, buyerUrl: string): Promise<World> {
  const call = async (method: string, path: string, body: object): Promise<Made> => {
    const headers = { 'x-api-key': operatorKey, 'content-type': 'application/json' }
    const response = await fetch(`${url}${path}`, { method, headers, body: JSON.stringify(body) })
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as Made
  }
  const fields = ['first_name', 'last_name', 'phone', 'email'].map((name) => ({ name, type: 'string', required: true }))
  const campaign = await call('POST', '/v1/campaigns', {
    name: 'Fuzz',
    vertical: 'auto_insurance',
    fields: [...fields, { name: 'age', type: 'number' }, { name: 'note', type: 'string' }],
  })
  const supplier = await call('POST', '/v1/suppliers', { name: 'Fuzz', rate_limit: { per_second: 100_000 } })
  const buyer = await call('POST', '/v1/buyers', { name: 'Fuzz' })
  const list = await call('POST', '/v1/suppression-lists', { name: 'Fuzz' })
  await call('PUT', `/v1/campaigns/${campaign.id}/suppliers/${supplier.id}`, {
    cost_mode: 'revenue_share',
    cost_percent: 75,
  })
  await call('PUT', `/v1/campaigns/${campaign.id}/buyers/${buyer.id}`, {
    price: 20,
    ping: { enabled: true, request: { url: `${buyerUrl}/ping` } },
    post: { request: { url: `${buyerUrl}/post` } },
  })
  const lead = await sendLead(url, { campaign: campaign.id, supplier: supplier.id, key: supplier.api_key ?? '' })
  return {
    ids: {
      campaign: campaign.id,
      supplier: supplier.id,
      buyer: buyer.id,
      'suppression-list': list.id,
      lead,
      auction: lead.replace('ld_', 'auc_'),
    },
    keys: { operator: operatorKey, supplier: supplier.api_key ?? '' },
  }
}

async function sendLead(
  url: string,
  by: { readonly campaign: string; readonly supplier: string; readonly key: string },
) {
  const response = await fetch(`${url}/api/v1/ingest`, {
    method: 'POST',
    headers: { 'x-api-key': by.key, 'content-type': 'application/json' },
    body: JSON.stringify({
      flo_campaign_id: by.campaign,
      flo_supplier_id: by.supplier,
      first_name: 'Maria',
      last_name: 'Garcia',
      phone: '5125550182',
      email: 'maria@example.com',
    }),
  })
  const { data } = (await response.json()) as { readonly data: Made }
  return data.id
}

/** A buyer that bids and buys, until it is disposed of. */
openWorld.buyer = async () => {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.setHeader('content-type', 'application/json')
      response.end(request.url === '/ping' ? '{"accepted":true,"bid_price":20}' : '{"id":"B-1"}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
