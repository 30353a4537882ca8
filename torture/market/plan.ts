/** Who sells and buys in the torture: buyers of every kind, campaigns that mix them, suppliers on different terms. */

/** Longer than a healthy answer takes here, short enough for a life of a second. */
export const PING_TIMEOUT_MS = 250
export const POST_TIMEOUT_MS = 400

export interface BuyerPlan {
  readonly name: string
  /** Null for one that bids on pings; else the price at which it takes part, in micros. */
  readonly priceMicros: number | null
  /** From and to, in micros. */
  readonly bids: readonly [number, number]
  /** Whether it honours Idempotency-Keys: to one that does not, a copy is a second lead. */
  readonly honoursKeys: boolean
  /** How it answers a copy of what it took. */
  readonly copies: 'same' | 'bare_409'
  /** Of all leads that the torture will send, the share that its cap lets through; null for no cap. */
  readonly capShare: number | null
  /** The same for its prepaid balance; null for one that never runs out. */
  readonly balanceShare: number | null
}

const BASE = { priceMicros: null, honoursKeys: true, copies: 'same', capShare: null, balanceShare: null } as const
const bids = (from: number, to: number) => ({ bids: [from * 1_000_000, to * 1_000_000] as const })

export const BUYERS = [
  { ...BASE, name: 'keyed', ...bids(10, 40) },
  { ...BASE, name: 'second', ...bids(10, 35) },
  { ...BASE, name: 'echoing', ...bids(10, 35), copies: 'bare_409' },
  { ...BASE, name: 'plain', ...bids(10, 40), honoursKeys: false },
  { ...BASE, name: 'capped', ...bids(60, 80), capShare: 0.1 },
  { ...BASE, name: 'prepaid', ...bids(45, 55), honoursKeys: false, balanceShare: 0.06 },
  { ...BASE, name: 'fixed', ...bids(0, 0), priceMicros: 3_141_593 },
  { ...BASE, name: 'fixed_plain', ...bids(0, 0), priceMicros: 2_718_281, honoursKeys: false },
] as const satisfies readonly BuyerPlan[]

export type BuyerName = (typeof BUYERS)[number]['name']

export interface CampaignPlan {
  readonly name: string
  readonly maxSells: number
  readonly buyers: readonly BuyerName[]
  /** Of a hundred leads. */
  readonly share: number
  /** How its suppliers send: a lead at once, after an eligibility ping, or to a bid of the exchange API. */
  readonly channels: readonly Channel[]
  readonly dedupes: boolean
}

export type Channel = 'direct' | 'pinged' | 'exchange'

export const CAMPAIGNS: readonly CampaignPlan[] = [
  {
    name: 'exclusive',
    maxSells: 1,
    buyers: ['keyed', 'echoing', 'plain', 'fixed', 'fixed_plain'],
    share: 32,
    channels: ['direct', 'direct', 'pinged'],
    dedupes: true,
  },
  {
    name: 'shared',
    maxSells: 2,
    buyers: ['keyed', 'second', 'plain', 'fixed', 'fixed_plain'],
    share: 25,
    channels: ['direct', 'pinged'],
    dedupes: false,
  },
  {
    name: 'limited',
    maxSells: 1,
    buyers: ['capped', 'prepaid', 'second'],
    share: 20,
    channels: ['direct'],
    dedupes: false,
  },
  {
    // More than six: the rest is pinged from other objects.
    name: 'wide',
    maxSells: 1,
    buyers: ['keyed', 'second', 'echoing', 'plain', 'capped', 'prepaid', 'fixed', 'fixed_plain'],
    share: 5,
    channels: ['direct'],
    dedupes: false,
  },
  {
    name: 'exchange',
    maxSells: 1,
    buyers: ['keyed', 'second', 'echoing', 'plain'],
    share: 18,
    channels: ['exchange'],
    dedupes: false,
  },
]

export interface SupplierPlan {
  readonly name: string
  /** What it is paid of the buyer's price, in millionths: the second one never comes out even. */
  readonly sharePpm: number
}

export const SUPPLIERS: readonly SupplierPlan[] = [
  { name: 'even', sharePpm: 750_000 },
  { name: 'odd', sharePpm: 623_457 },
]
