/**
 * Talks to a served Gavel as its callers do: over HTTP, with a key, and with nothing of src but the shapes of answers.
 */
import type { LeadAnswer } from '../../src/contracts/lead-answer'
import type { AuctionWire, LeadWire } from '../../src/contracts/lead-record'
import type { PnlReportWire } from '../../src/contracts/pnl-report'

export interface Reply<Body> {
  readonly status: number
  readonly headers: Headers
  /** The body as it came, for those who compare bytes. */
  readonly text: string
  /** The body as JSON; null where there is none. */
  readonly body: Body
}

export interface Problem {
  readonly error: string
  readonly message: string
  readonly request_id: string
  readonly type: string
  readonly title: string
  readonly status: number
  readonly field_errors?: readonly { readonly field: string; readonly code: string; readonly expected: string }[]
  readonly filter_errors?: readonly string[]
}

/** A ping's answer, with the members of a refusal beside those of a problem. */
export interface PingReply extends Partial<Problem> {
  readonly accepted?: boolean
  readonly ping_id?: string
  readonly expires_at?: string
  readonly reason?: string
}

export interface Page<Row> {
  readonly data: readonly Row[]
  readonly next_cursor: string | null
}

/** Anything that has been created. */
export interface Made {
  readonly id: string
}

/** A lead's members as a supplier sends them. */
export type Fields = { readonly [name: string]: unknown }
export type HeaderValues = { readonly [name: string]: string }

export interface CallOptions {
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as it is. */
  readonly body?: string | Uint8Array<ArrayBuffer> | URLSearchParams
  readonly headers?: HeaderValues
}

/** Well formed, checksum and all, and known to nobody. */
export const UNKNOWN_KEY = 'ld_live_00000000000000000000000000000147JNih'

/** One request, without a key of its own. A redirect of ours would be a bug, so none is followed. */
export async function call<Body>(method: string, url: string, options: CallOptions = {}): Promise<Reply<Body>> {
  const headers = new Headers(options.headers)
  if (options.json !== undefined) headers.set('content-type', 'application/json')
  const body = options.json === undefined ? (options.body ?? null) : JSON.stringify(options.json)
  const response = await fetch(url, { method, headers, body, redirect: 'manual' })
  const text = await response.text()
  const isJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '')
  const parsed: unknown = isJson && text !== '' ? JSON.parse(text) : null
  return { status: response.status, headers: response.headers, text, body: parsed as Body }
}

/** Who calls with one key. */
export class Caller {
  readonly url: string
  readonly key: string

  constructor(url: string, key: string) {
    this.url = url
    this.key = key
  }

  call<Body>(method: string, path: string, { headers, ...options }: CallOptions = {}): Promise<Reply<Body>> {
    return call<Body>(method, `${this.url}${path}`, { ...options, headers: { 'x-api-key': this.key, ...headers } })
  }

  get<Body>(path: string): Promise<Reply<Body>> {
    return this.call<Body>('GET', path)
  }
}

/** Tests send as fast as they can; those of the limits themselves have suppliers of their own. */
const UNHURRIED = { rate_limit: { per_second: 10_000 }, max_concurrent_auctions: 10_000 }

export class Operator extends Caller {
  post<Body>(path: string, json: object): Promise<Reply<Body>> {
    return this.call<Body>('POST', path, { json })
  }

  put<Body>(path: string, json: object): Promise<Reply<Body>> {
    return this.call<Body>('PUT', path, { json })
  }

  patch<Body>(path: string, json: object): Promise<Reply<Body>> {
    return this.call<Body>('PATCH', path, { json })
  }

  /** @throws unless it was created */
  async create<Body extends Made>(path: string, json: object): Promise<Body> {
    return created(await this.post<Body>(path, json))
  }

  /** A supplier with the key that only this answer shows. */
  async createSupplier(name: string): Promise<Supplier> {
    const settings = { name, ...UNHURRIED }
    const { id, api_key } = await this.create<Made & { readonly api_key: string }>('/v1/suppliers', settings)
    return new Supplier(this.url, id, api_key)
  }

  /** @throws unless the link or contract is new */
  async link(path: string, json: object): Promise<void> {
    created(await this.put(path, json))
  }

  lead(id: string): Promise<Reply<LeadWire>> {
    return this.get<LeadWire>(`/v1/leads/${id}`)
  }

  auction(id: string): Promise<Reply<AuctionWire>> {
    return this.get<AuctionWire>(`/v1/auctions/${id}`)
  }

  /** The auction of a lead whose id its supplier was told. */
  async auctionOf(leadId: string): Promise<AuctionWire> {
    const { body } = await this.lead(leadId)
    return (await this.auction(body.auction_id)).body
  }

  leads(query: string): Promise<Reply<Page<LeadWire>>> {
    return this.get<Page<LeadWire>>(`/v1/leads?${query}`)
  }

  pnl(query: string): Promise<Reply<PnlReportWire>> {
    return this.get<PnlReportWire>(`/v1/reports/pnl?${query}`)
  }
}

export class Supplier extends Caller {
  readonly id: string

  constructor(url: string, id: string, key: string) {
    super(url, key)
    this.id = id
  }

  /** The same supplier at a served process that came up elsewhere. */
  at(url: string): Supplier {
    return new Supplier(url, this.id, this.key)
  }

  ping(campaignId: string, fields: Fields, headers: HeaderValues = {}): Promise<Reply<PingReply>> {
    return this.call<PingReply>('POST', '/api/v1/ping', { json: this.named(campaignId, fields), headers })
  }

  /** @returns the ping id @throws unless the ping was accepted */
  async pingId(campaignId: string, fields: Fields): Promise<string> {
    const { body, text } = await this.ping(campaignId, fields)
    if (body.ping_id === undefined) throw new Error(`the ping was not accepted: ${text}`)
    return body.ping_id
  }

  ingest(campaignId: string, fields: Fields, headers: HeaderValues = {}): Promise<Reply<LeadAnswer & Problem>> {
    return this.call('POST', '/api/v1/ingest', { json: this.named(campaignId, fields), headers })
  }

  lead(id: string): Promise<Reply<LeadAnswer & Problem>> {
    return this.call('GET', `/api/v1/leads/${id}`)
  }

  named(campaignId: string, fields: Fields): Fields {
    return { flo_campaign_id: campaignId, flo_supplier_id: this.id, ...fields }
  }
}

function created<Body>({ status, body, text }: Reply<Body>): Body {
  if (status !== 201) throw new Error(`201 was expected, not ${status}: ${text}`)
  return body
}
