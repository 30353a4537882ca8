/**
 * Gavel as the bench runs it: a fresh database, one supplier, five buyers with a cap each, and a campaign with phone
 * dedupe for either pace of the buyers. Everything is configured through its own management API.
 */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { type MigratableDatabase, migrate } from '../scripts/serve/migrate.ts'
import { BUYERS } from './load/buyer-plan.ts'
import type { CampaignIds } from './load/leads.ts'
import { NO_LIMIT } from './no-limit.ts'
import { ROOT } from './root.ts'
import { type Runtime, startWorker } from './runtime.ts'

export type Pace = 'fast' | 'slow'

export interface GavelRequest {
  readonly script: string
  readonly stateDir: string
  readonly buyerPorts: readonly number[]
  readonly onLog: (line: string) => void
  readonly inspectorPort?: number
}

export interface Gavel extends Runtime {
  readonly apiKey: string
  readonly campaigns: { readonly [pace in Pace]: CampaignIds }
  /** Buyer ids, in the order of the plan. */
  readonly buyerIds: readonly string[]
  /** For what a measure configures by itself. */
  readonly operator: Operator
}

const STATES = ['TX', 'FL', 'CA']
/** Far above what a run sells: limits are counted, never reached. */
export const PING_RATE = { per_second: 10_000 }
const CAP = { period: 'day', count: 1_000_000, timezone: 'UTC' }
/** So long that a machine busy with other things makes a slow run, and no failed one. */
export const PATIENCE = { bid_window_ms: 5_000, post_timeout_ms: 5_000, deadline_ms: 15_000 }

export async function startGavel(request: GavelRequest): Promise<Gavel> {
  const operatorKey = randomBytes(24).toString('base64url')
  const secret = () => randomBytes(32).toString('base64url')
  const { script, stateDir, onLog, inspectorPort } = request
  const runtime = await startWorker({
    config: 'wrangler.toml',
    script,
    stateDir,
    onLog,
    ...(inspectorPort === undefined ? {} : { inspectorPort }),
    settings: {
      MASTER_KEY: secret(),
      PING_TOKEN_KEYS: `bench:${secret()}`,
      BOOTSTRAP_OPERATOR_KEY: operatorKey,
      BOOTSTRAP_RATE_LIMIT: '100000',
      ALLOW_LOOPBACK_BUYERS: '1',
    },
  })
  try {
    const database = await runtime.miniflare.getD1Database('DB')
    await migrate(database as unknown as MigratableDatabase, join(ROOT, 'migrations'))
    const operator = new Operator(runtime.port, operatorKey)
    return { ...runtime, operator, ...(await configure(operator, request.buyerPorts)) }
  } catch (error) {
    await runtime.miniflare.dispose()
    throw error
  }
}

/** The management API, as an operator's client. */
export class Operator {
  readonly #port: number
  readonly #key: string

  constructor(port: number, key: string) {
    this.#port = port
    this.#key = key
  }

  send(method: 'POST' | 'PUT', path: string, body: object): Promise<Record<string, string>> {
    return this.#call(method, path, JSON.stringify(body))
  }

  get<Answer>(path: string): Promise<Answer> {
    return this.#call('GET', path, null)
  }

  async #call<Answer>(method: string, path: string, body: string | null): Promise<Answer> {
    const response = await fetch(`http://127.0.0.1:${this.#port}${path}`, {
      method,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.#key}` },
      body,
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 500)}`)
    return JSON.parse(text) as Answer
  }

  /** @returns the id of what was made */
  async create(path: string, body: object): Promise<string> {
    const { id } = await this.send('POST', path, body)
    if (id === undefined) throw new Error(`POST ${path} answers without an id`)
    return id
  }
}

async function configure(operator: Operator, ports: readonly number[]) {
  const { id: supplierId = '', api_key: apiKey = '' } = await operator.send('POST', '/v1/suppliers', {
    name: 'Bench',
    ...NO_LIMIT,
  })
  const buyerIds: string[] = []
  for (const index of BUYERS.keys()) {
    buyerIds.push(
      await operator.create('/v1/buyers', {
        name: `Buyer ${index}`,
        status: 'active',
        caps: [CAP],
        ping_rate: PING_RATE,
      }),
    )
  }
  const campaign = async (pace: Pace): Promise<CampaignIds> => {
    const campaignId = await operator.create('/v1/campaigns', campaignSettings(pace))
    const link = { cost_mode: 'revenue_share', cost_percent: 75 }
    await operator.send('PUT', `/v1/campaigns/${campaignId}/suppliers/${supplierId}`, link)
    for (const [index, port] of ports.entries()) {
      const contract = buyerContract(`http://127.0.0.1:${port}/${pace}`)
      await operator.send('PUT', `/v1/campaigns/${campaignId}/buyers/${buyerIds[index]}`, contract)
    }
    return { campaignId, supplierId }
  }
  return { apiKey, buyerIds, campaigns: { fast: await campaign('fast'), slow: await campaign('slow') } }
}

function campaignSettings(pace: Pace): object {
  const field = (name: string, type: string, required_on: 'ping' | 'post') => ({
    name,
    type,
    required: true,
    required_on,
  })
  return {
    name: `Bench, ${pace} buyers`,
    vertical: 'auto_insurance',
    floor_price: 5,
    ...PATIENCE,
    fields: [
      field('state', 'state', 'ping'),
      field('zip', 'zip', 'ping'),
      field('currently_insured', 'boolean', 'ping'),
      field('ai_quality_score', 'number', 'ping'),
      field('source', 'string', 'ping'),
      field('first_name', 'string', 'post'),
      field('last_name', 'string', 'post'),
      field('phone', 'phone', 'post'),
      field('email', 'email', 'post'),
      { name: 'address', type: 'string', pii: true },
      { name: 'city', type: 'string' },
    ],
    filters: [{ field: 'state', op: 'in', value: STATES }],
    dedupe: { fields: ['phone'], days: 30 },
  }
}

/** The guide's own dialect, as operators write it. */
function buyerContract(url: string): object {
  return {
    status: 'active',
    price: 10,
    min_bid: 5,
    max_bid: 500,
    filters: [{ field: 'state', op: 'in', value: STATES }],
    caps: [CAP],
    ping: {
      enabled: true,
      request: {
        url: `${url}/ping`,
        format: 'json',
        timeout_ms: PATIENCE.bid_window_ms,
        template: { state: '{{state}}', zip3: '{{zip | slice: 0, 3}}', score: '{{ai_quality_score}}' },
      },
    },
    post: {
      request: {
        url: `${url}/post`,
        format: 'json',
        timeout_ms: PATIENCE.post_timeout_ms,
        template: {
          first_name: '{{first_name}}',
          last_name: '{{last_name}}',
          phone: '{{phone}}',
          email: '{{email}}',
          address: '{{address}}',
          city: '{{city}}',
          state: '{{state}}',
          zip: '{{zip}}',
        },
      },
      answer: { accepted: [{ on: 'status', op: 'eq', value: 201 }], reference: ['id'] },
    },
  }
}
