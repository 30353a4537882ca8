/** Builds contracts, leads and answers for the tests of src/buyers; each takes overrides of what matters to a test. */
import type { WireResponse } from '../../src/buyers/answer/response'
import { resolveContract } from '../../src/buyers/contract/resolve'
import type { PingInput, PostInput } from '../../src/buyers/encode'
import type { SendResult } from '../../src/buyers/transport'
import {
  type AnswerSpec,
  type BuyerContractInput,
  type BuyerRequestSpec,
  buyerContractSchema,
  type ResolvedContract,
} from '../../src/contracts/buyer-contract'
import { emptyLead, type LeadFields } from '../../src/core/lead/fields'

/** Where a buyer says what became of a post. */
export const INQUIRY_URL = 'https://buyer.example/status'
export const PING_URL = 'https://buyer.example/ping'
export const POST_URL = 'https://buyer.example/post'

export const PII_FIELDS = ['first_name', 'last_name', 'email', 'phone', 'address', 'ip_address', 'dob']

export const MARIA: LeadFields = lead({
  first_name: 'Maria',
  last_name: 'Lopez',
  email: 'maria.lopez@example.com',
  phone: '5125550182',
  address: '1200 Sample St',
  city: 'Houston',
  state: 'TX',
  zip: '77001',
  dob: '1980-05-12',
  ip_address: '203.0.113.42',
  currently_insured: true,
  vehicle_count: 2,
})

/** A lead as core makes it, without a prototype. */
export function lead(fields: { readonly [name: string]: string | number | boolean }): LeadFields {
  return Object.assign(emptyLead(), fields)
}

/** What an operator would PUT, through its schema. */
export function written(overrides: { readonly [name: string]: unknown } = {}): BuyerContractInput {
  return buyerContractSchema.parse({
    price: 40,
    ping: { request: { url: PING_URL } },
    post: { request: { url: POST_URL } },
    ...overrides,
  })
}

export interface Speech {
  readonly ping?: { readonly request?: Partial<BuyerRequestSpec>; readonly answer?: AnswerSpec }
  readonly post?: { readonly request?: Partial<BuyerRequestSpec>; readonly answer?: AnswerSpec }
  readonly [name: string]: unknown
}

/** A resolved contract that speaks as a test says. */
export function contract({ ping, post, ...rest }: Speech = {}): ResolvedContract {
  return resolveContract(
    written({
      ping: { ...ping, request: { url: PING_URL, ...ping?.request } },
      post: { ...post, request: { url: POST_URL, ...post?.request } },
      ...rest,
    }),
  )
}

export function pingInput(overrides: Partial<PingInput> = {}): PingInput {
  return {
    contractId: 'con_1',
    auctionId: 'auc_1',
    leadId: 'ld_1',
    lead: MARIA,
    piiFields: PII_FIELDS,
    vertical: 'auto_insurance',
    subVertical: null,
    floorMicros: 5_500_000,
    expiresAt: '2026-05-11T14:22:06.000Z',
    now: Date.UTC(2026, 4, 11, 14, 22, 1),
    ...overrides,
  }
}

export function postInput(overrides: Partial<PostInput> = {}): PostInput {
  return { ...pingInput(), bidToken: null, ping: {}, ...overrides }
}

/** @param body text, bytes, or a value to send as JSON */
export function response(body: unknown, status = 200, headers: WireResponse['headers'] = {}): WireResponse {
  if (body instanceof Uint8Array) return { status, headers, body }
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return { status, headers, body: new TextEncoder().encode(text) }
}

/** The same, as the transport hands it over. */
export function received(body: unknown, status = 200, headers: WireResponse['headers'] = {}): SendResult {
  return { kind: 'response', truncated: false, ttfbMs: 1, durationMs: 1, ...response(body, status, headers) }
}
