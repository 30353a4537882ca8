/** Endpoints for operators over a real database, with auctions that a test plays. */
import { env, waitUntil } from 'cloudflare:workers'
import { ulid } from 'ulid'
import type { AuctionRpc } from '../../src/contracts/auction'
import type { AuctionView } from '../../src/contracts/auction-view'
import { type App, createApp } from '../../src/http/app'
import { RecordedLooks } from '../../src/http/audit/looks'
import type { Services } from '../../src/http/services'
import { createApiKey } from '../../src/security/api-keys'
import { LeadEnvelope } from '../../src/security/lead-envelope'
import { createTenantStores } from '../../src/stores/tenant-stores'

export const envelope = new LeadEnvelope([{ kid: '', secret: new Uint8Array(32).fill(7) }])

const SCOPES = { operator: 'admin:read', supplier: 'post', buyer: 'leads:read' } as const

export interface OperatorAppOptions {
  readonly tenantId: string
  readonly role?: 'operator' | 'supplier' | 'buyer'
  readonly register: (app: App) => void
  /** What auctions show, by object id; an error is what their object throws. */
  readonly auctions?: { readonly [objectId: string]: AuctionView | Error }
  readonly now?: number
}

/** @returns a function that gets a path with the key of one caller of the tenant */
export async function operatorApp({ tenantId, register, auctions = {}, ...options }: OperatorAppOptions) {
  const { key, hash } = await createApiKey('live')
  const { role = 'operator' } = options
  const credential = {
    tenantId,
    role,
    keyId: 'key_1',
    subjectId: 'sup_1',
    scopes: [SCOPES[role]],
    revoked: false,
    expiresAt: null,
  }
  const services = {
    bootstrapOperators: new Map(),
    snapshots: { credential: async (asked: string) => (asked === hash ? credential : null) },
    stores: (tenant: string) => createTenantStores(env.DB, tenant),
    leadEnvelope: envelope,
    newId: (prefix: string) => `${prefix}_${ulid()}`,
    looks: new RecordedLooks({
      now: () => Date.now(),
      newId: (prefix) => `${prefix}_${ulid()}`,
      sleep: async () => {},
      stores: (tenant) => createTenantStores(env.DB, tenant),
      keepAlive: (work) => waitUntil(work),
      log: () => {},
    }),
    auctions: { mint: () => '', byId: (objectId: string) => playedAuction(auctions[objectId]) },
    now: () => options.now ?? Date.parse('2026-11-20T12:34:56Z'),
  }
  const app = createApp()
  app.use(async (c, next) => {
    c.set('services', services as unknown as Services)
    c.set('requestId', 'req_1')
    await next()
  })
  app.onError((_, c) => c.json({ error: 'internal_error' }, 500))
  register(app)
  return async (path: string, headers: Record<string, string> = { 'x-api-key': key }) => {
    const response = await app.request(path, { headers })
    // biome-ignore lint/suspicious/noExplicitAny: a test says by its expectations what the body is
    return { status: response.status, body: (await response.json()) as any }
  }
}

/** Shows itself to its own tenant only, as the object does. */
function playedAuction(shown: AuctionView | Error | undefined): AuctionRpc | null {
  if (shown === undefined) return null
  const view = async (tenantId: string) => {
    if (shown instanceof Error) throw shown
    return shown.tenantId === tenantId ? shown : null
  }
  return { view } as unknown as AuctionRpc
}
