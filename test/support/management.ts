/** The management API over real D1 and KV, with the objects replaced by a record of what they were told. */
import { env } from 'cloudflare:workers'
import { ulid } from 'ulid'
import { createTokenProvider } from '../../durable-objects/buyer-line/oauth-tokens'
import type { ClientGateRpc } from '../../src/contracts/client-gate'
import type { GateConfiguration } from '../../src/contracts/supplier-gate'
import { createApp } from '../../src/http/app'
import { registerManagement } from '../../src/http/manage'
import { problem } from '../../src/http/plumbing/reply'
import type { Services } from '../../src/http/services'
import { hashApiKey } from '../../src/security/api-keys'
import { fingerprintOf } from '../../src/security/fingerprint'
import { KeyedHash } from '../../src/security/keyed-hash'
import { SealedBox } from '../../src/security/sealed-box'
import { type PublisherParts, SnapshotPublisher } from '../../src/snapshots/publisher'
import { KvSnapshotReader } from '../../src/snapshots/reader'
import { openDatabase } from '../../src/stores/database'
import { PublishQueue } from '../../src/stores/publish-queue'
import { createTenantStores } from '../../src/stores/tenant-stores'
import { buyerTrialWith } from '../../workers/buyer-trial'
import { contractCompiler } from '../../workers/contract-compiler'

const { CLIENT_GATE } = env
export const { DB, SNAPSHOTS } = env as unknown as { readonly DB: D1Database; readonly SNAPSHOTS: KVNamespace }

export const OPERATOR = 'operator-key-of-the-tests'
export const SANDBOX_OPERATOR = 'sandbox-key-of-the-tests'

/** What an object was told: `gate` or `account`, whose, and what. */
export type Told = readonly [object: string, tenantId: string, id: string, version: number, active: boolean]

export interface Answer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests read whatever came, and fail where it is not there
  readonly body: any
  readonly headers: Headers
}

export interface CallOptions {
  readonly key?: string | null
  /** Sent as it is, in place of the body as JSON. */
  readonly raw?: BodyInit
  readonly headers?: { readonly [name: string]: string }
}

/** @returns a publisher on the test's database, with overrides */
export function publisherWith(overrides: Partial<PublisherParts> = {}): SnapshotPublisher {
  return new SnapshotPublisher({
    kv: SNAPSHOTS,
    queue: new PublishQueue(openDatabase(DB)),
    stores: (tenantId) => createTenantStores(DB, tenantId),
    compiler: contractCompiler,
    configureGate: async () => {},
    configureAccount: async () => {},
    onPublished: () => {},
    onFailure: (subject, error) => {
      throw new Error(`publishing ${subject.kind} ${subject.subjectId} failed`, { cause: error })
    },
    sleep: async () => {},
    now: () => Date.now(),
    ...overrides,
  })
}

/** @param overrides of services, as a publisher that fails */
export async function startManagement(overrides: Partial<Services> = {}) {
  const told: Told[] = []
  /** What gates know, by supplier. */
  const gates = new Map<string, GateConfiguration>()
  const reader = new KvSnapshotReader({ kv: SNAPSHOTS, now: () => Date.now(), keepAlive: () => {} })
  const box = new SealedBox([{ kid: '', secret: new Uint8Array(32).fill(7) }])
  const fingerprints = new KeyedHash(new Uint8Array(32).fill(8))
  const publisher = publisherWith({
    now: () => services.now(),
    configureGate: async (tenantId, id, configuration) => {
      const { version, active } = configuration
      gates.set(id, configuration)
      told.push(['gate', tenantId, id, version, active])
    },
    configureAccount: async (tenantId, id, { version, active }) => {
      told.push(['account', tenantId, id, version, active])
    },
    onPublished: (key, text) => reader.published(key, text),
  })
  const services = {
    allowLoopbackBuyers: true,
    bootstrapOperators: new Map([
      [await hashApiKey(OPERATOR), 'live'],
      [await hashApiKey(SANDBOX_OPERATOR), 'sandbox'],
    ]),
    snapshots: reader,
    publisher,
    stores: (tenantId: string) => createTenantStores(DB, tenantId),
    publicOrigin: null,
    clientGate: (tenantId: string, clientId: string) =>
      CLIENT_GATE.get(CLIENT_GATE.idFromName(`${tenantId}/${clientId}`)) as unknown as ClientGateRpc,
    sealAnswer: (text: string) => box.seal(text, 'answer'),
    openAnswer: (sealed: string) => box.open(sealed, 'answer'),
    fingerprint: (path: string, body: unknown) => fingerprintOf(fingerprints, path, body),
    contractCompiler,
    buyerTrial: buyerTrialWith({
      allowLoopback: true,
      now: () => Date.now(),
      tokens: createTokenProvider({ allowLoopback: true, now: () => Date.now() }),
      mint: () =>
        [...crypto.getRandomValues(new Uint8Array(32))].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
    }),
    sealSecrets: (text: string) => box.seal(text, 'test'),
    openSecrets: (sealed: string) => box.open(sealed, 'test'),
    now: () => Date.now(),
    newId: (prefix: string) => `${prefix}_${ulid()}`,
    ...overrides,
  } as Services
  const app = createApp()
  app.use('*', async (c, next) => {
    c.set('services', services)
    c.set('requestId', 'req_test')
    await next()
  })
  registerManagement(app)
  app.onError((error, c) => {
    errors.push(error)
    return problem(c, 'internal_error')
  })
  const errors: Error[] = []

  const request = async (
    method: string,
    path: string,
    body?: unknown,
    options: CallOptions = {},
  ): Promise<Response> => {
    const headers = new Headers({ 'content-type': 'application/json' })
    const key = options.key === undefined ? OPERATOR : options.key
    if (key !== null) headers.set('x-api-key', key)
    for (const [name, value] of Object.entries(options.headers ?? {})) headers.set(name, value)
    const sent = options.raw ?? (body === undefined ? null : JSON.stringify(body))
    return await app.request(path, { method, headers, body: sent })
  }
  const call = async (method: string, path: string, body?: unknown, options: CallOptions = {}): Promise<Answer> => {
    const response = await request(method, path, body, options)
    const text = await response.text()
    return { status: response.status, body: text === '' ? null : JSON.parse(text), headers: response.headers }
  }
  return { call, request, services, reader, told, gates, errors }
}

export type Management = Awaited<ReturnType<typeof startManagement>>

/** A campaign with everything left to its default. */
export const CAMPAIGN = { name: 'Auto, Texas', vertical: 'auto_insurance' }
export const REVENUE_SHARE = { cost_mode: 'revenue_share', cost_percent: 75 }
export const CONTRACT = { price: 40, post: { request: { url: 'https://buyer.example/leads' } } }

/** @returns the id of something made by a POST */
export async function make(management: Management, path: string, body: object, key = OPERATOR): Promise<string> {
  const answer = await management.call('POST', path, body, { key })
  if (answer.status !== 201) throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`)
  return answer.body.id
}

/** @returns how many publish rows wait */
export async function waiting(): Promise<number> {
  return (await DB.prepare('SELECT count(*) AS n FROM publishes').first<number>('n')) ?? -1
}
