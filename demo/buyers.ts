/**
 * The demo's five buyers: how each behaves, and how its contract with Gavel reads. Between them they show what an auction
 * meets: a quick low bid, a slow high one, the standard contract, a no, and silence.
 */

/** How a buyer behaves, in a server of its own. */
export interface Temper {
  readonly pingDelayMs: number
  readonly postDelayMs: number
  /** @returns the answer's body, or null to never answer */
  ping(call: BuyerCall): object | null
  post(call: BuyerCall): object
}

export interface BuyerCall {
  readonly body: { readonly [name: string]: unknown }
  /** Counts this buyer's calls from 1. */
  readonly number: number
}

export interface DemoBuyer {
  readonly name: string
  /** In a few words, for the table. */
  readonly character: string
  readonly temper: Temper
  /** @param url where its server listens @returns the body of `PUT /v1/campaigns/{id}/buyers/{buyerId}` */
  contract(url: string): object
}

const DRIVER = { state: '{{state}}', zip3: '{{zip | slice: 0, 3}}', insured: '{{currently_insured}}' }
const PERSON = {
  first_name: '{{first_name}}',
  last_name: '{{last_name}}',
  phone: '{{phone}}',
  email: '{{email}}',
  state: '{{state}}',
  zip: '{{zip}}',
}
const WRITTEN_IN = [{ field: 'state', op: 'in', value: ['TX', 'FL', 'CA'] }]
const CREATED = { accepted: [{ on: 'status', op: 'eq', value: 201 }], reference: ['id'] }
const MS_PER_MINUTE = 60_000

const post = (url: string) => ({ request: { url: `${url}/leads`, template: PERSON }, answer: CREATED })

export const DEMO_BUYERS: readonly DemoBuyer[] = [
  {
    name: 'Crown Mutual',
    character: 'slow, bids high',
    temper: {
      pingDelayMs: 280,
      postDelayMs: 90,
      ping: ({ number }) => ({ accepted: true, data: { price: 120, quote: `CM-${number}` } }),
      post: ({ number }) => ({ id: `crown-${number}` }),
    },
    contract: (url) => ({
      max_bid: 250,
      filters: WRITTEN_IN,
      ping: {
        request: { url: `${url}/ping`, template: DRIVER, timeout_ms: 1_000 },
        answer: { accepted: [{ path: 'accepted', op: 'eq', value: true }], price: ['data.price'] },
      },
      post: post(url),
    }),
  },
  {
    name: 'Lone Star Direct',
    character: 'standard contract',
    temper: {
      pingDelayMs: 120,
      postDelayMs: 60,
      ping: ({ body, number }) => ({
        auction_id: body.auction_id,
        bid: {
          amount: 96.25,
          currency: 'USD',
          bid_token: `bid_lonestar_${number}`,
          valid_until: new Date(Date.now() + 5 * MS_PER_MINUTE).toISOString(),
        },
      }),
      post: ({ body, number }) => ({
        auction_id: body.auction_id,
        buyer_lead_id: `lonestar-${number}`,
        status: 'sold',
      }),
    },
    contract: (url) => ({
      preset: 'standard',
      max_bid: 150,
      ping: { request: { url: `${url}/ping`, timeout_ms: 1_000 } },
      post: { request: { url: `${url}/leads` } },
    }),
  },
  {
    name: 'Bluebonnet Auto',
    character: 'quick, bids low',
    temper: {
      pingDelayMs: 40,
      postDelayMs: 40,
      ping: () => ({ accepted: true, bid_price: 42.5 }),
      post: ({ number }) => ({ id: `bluebonnet-${number}` }),
    },
    contract: (url) => ({
      max_bid: 80,
      filters: WRITTEN_IN,
      ping: { request: { url: `${url}/ping`, template: DRIVER, timeout_ms: 1_000 } },
      post: post(url),
    }),
  },
  {
    name: 'Sunshine Casualty',
    character: 'Florida only',
    temper: {
      pingDelayMs: 75,
      postDelayMs: 50,
      ping: ({ body }) =>
        body.state === 'FL' ? { accepted: true, bid_price: 88 } : { accepted: false, reason: 'Florida drivers only' },
      post: ({ number }) => ({ id: `sunshine-${number}` }),
    },
    contract: (url) => ({
      max_bid: 120,
      ping: { request: { url: `${url}/ping`, template: DRIVER, timeout_ms: 1_000 } },
      post: post(url),
    }),
  },
  {
    name: 'Sleepy Hollow',
    character: 'never answers',
    temper: { pingDelayMs: 0, postDelayMs: 0, ping: () => null, post: () => ({ id: 'never' }) },
    contract: (url) => ({
      max_bid: 300,
      ping: { request: { url: `${url}/ping`, template: DRIVER, timeout_ms: 600 } },
      post: post(url),
    }),
  },
]
