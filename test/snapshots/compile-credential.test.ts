import { describe, expect, it } from 'vitest'
import { supplierSettingsSchema } from '../../src/contracts/supplier'
import { compileCredential, compileOAuthClient, MAX_REVOKED_TOKENS } from '../../src/snapshots/compile-credential'
import { type ApiKeyRow, apiKeyRow } from '../../src/stores/api-key-store'
import type { SupplierRow } from '../../src/stores/supplier-store'

const AT = '2026-11-20T10:00:00.000Z'
const MINUTE = 60_000

function key(overrides: Partial<ApiKeyRow> = {}): ApiKeyRow {
  const made = {
    id: 'key_1',
    role: 'supplier' as const,
    subjectId: 'sup_1',
    hash: 'h',
    prefix: 'ld_live_',
    lastFour: 'x',
    scopes: ['ping'],
    expiresAt: null,
  }
  return { ...apiKeyRow(made, 'live', { id: 'pub_1', at: AT }), ...overrides }
}

function supplier(settings: object = {}): SupplierRow {
  const full = supplierSettingsSchema.parse({ name: 'Acme', ...settings })
  const times = { createdAt: AT, updatedAt: AT, archivedAt: null }
  return { id: 'sup_1', tenantId: 'live', name: 'Acme', status: 'active', settings: full, version: 1, ...times }
}

const PLAIN = {
  schema: 1,
  keyId: 'key_1',
  tenantId: 'live',
  role: 'supplier',
  subjectId: 'sup_1',
  scopes: ['ping'],
  revoked: false,
  expiresAt: null,
}

describe('an API key at the edge', () => {
  it('says who speaks, and whether the key still works', () => {
    expect(compileCredential(key(), supplier())).toEqual(PLAIN)
    const ended = { revoked: true, expiresAt: AT }
    expect(compileCredential(key({ revokedAt: AT, expiresAt: AT }), supplier())).toEqual({ ...PLAIN, ...ended })
  })

  it('has its own limit before the limit of its supplier', () => {
    const generous = supplier({ rate_limit: { per_second: 5_000 } })
    expect(compileCredential(key(), generous).requestsPerSecond).toBe(5_000)
    expect(compileCredential(key({ requestsPerSecond: 7 }), generous).requestsPerSecond).toBe(7)
  })

  it('is counted as the key that it took the place of', () => {
    expect(compileCredential(key({ id: 'key_2', clientId: 'key_1' }), null)).toMatchObject({
      keyId: 'key_2',
      clientId: 'key_1',
    })
  })

  it('names its networks where it has any', () => {
    expect(compileCredential(key({ allowedNetworks: [] }), null)).not.toHaveProperty('allowedNetworks')
    expect(compileCredential(key({ allowedNetworks: ['10.0.0.0/8'] }), null).allowedNetworks).toEqual(['10.0.0.0/8'])
  })
})

describe('an OAuth client at the edge', () => {
  const client = {
    id: 'ld_client_1',
    tenantId: 'live',
    role: 'supplier' as const,
    subjectId: 'sup_1',
    name: null,
    secretHash: 'new',
    secretLastFour: 'x',
    previousHash: null,
    previousUntil: null,
    scopes: ['ping'],
    allowedNetworks: [],
    requestsPerSecond: null,
    createdAt: AT,
    revokedAt: null,
    lastUsedAt: null,
  }
  const token = (id: string) => ({ id, tenantId: 'live', clientId: client.id, expiresAt: AT })

  it('knows the old secret as long as that lives on', () => {
    const rotated = { ...client, previousHash: 'old', previousUntil: AT }
    const { oauth } = compileOAuthClient({ client: rotated, supplier: null, revokedTokens: [] }, 15 * MINUTE)
    expect(oauth?.secrets).toEqual([
      { hash: 'new', until: null },
      { hash: 'old', until: AT },
    ])
  })

  it('names revoked tokens, or says from when on tokens are good where there are too many to name', () => {
    const few = compileOAuthClient({ client, supplier: null, revokedTokens: [token('a')] }, 15 * MINUTE)
    expect(few.oauth).toMatchObject({ revokedTokens: ['a'], tokensFrom: null })
    const revokedTokens = Array.from({ length: MAX_REVOKED_TOKENS + 1 }, (_, index) => token(String(index)))
    const many = compileOAuthClient({ client, supplier: null, revokedTokens }, 15 * MINUTE)
    expect(many.oauth).toMatchObject({ revokedTokens: [], tokensFrom: '2026-11-20T09:45:00.000Z' })
  })
})
