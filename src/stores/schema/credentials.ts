/**
 * OAuth: clients, tokens that were revoked before their end, and the keys that sign tokens. API keys are in configuration.ts.
 */
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

export const oauthClients = sqliteTable(
  'oauth_clients',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    role: text('role', { enum: ['supplier', 'buyer', 'operator'] }).notNull(),
    /** The supplier or buyer that the client speaks for; null for an operator's. */
    subjectId: text('subject_id'),
    name: text('name'),
    /** SHA-256 of the secret, hex. The secret itself is shown once and kept nowhere. */
    secretHash: text('secret_hash').notNull(),
    secretLastFour: text('secret_last_four').notNull(),
    /** The secret before the last rotation, while it lives on. */
    previousHash: text('previous_hash'),
    previousUntil: text('previous_until'),
    scopes: text('scopes', { mode: 'json' }).$type<readonly string[]>().notNull(),
    allowedNetworks: text('allowed_networks', { mode: 'json' }).$type<readonly string[]>().notNull(),
    requestsPerSecond: integer('requests_per_second'),
    createdAt: text('created_at').notNull(),
    revokedAt: text('revoked_at'),
    lastUsedAt: text('last_used_at'),
  },
  (table) => [
    index('oauth_clients_by_tenant').on(table.tenantId, table.id),
    index('oauth_clients_by_subject').on(table.tenantId, table.subjectId),
  ],
)

/** Kept until the token would have ended by itself. */
export const oauthRevokedTokens = sqliteTable(
  'oauth_revoked_tokens',
  {
    /** The token's `jti`. */
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    clientId: text('client_id').notNull(),
    expiresAt: text('expires_at').notNull(),
  },
  (table) => [index('oauth_revoked_tokens_by_client').on(table.clientId, table.expiresAt)],
)

/** One a period of signing; the number of the period is the key, so that two who make it at once make one. */
export const oauthSigningKeys = sqliteTable('oauth_signing_keys', {
  period: integer('period').primaryKey(),
  kid: text('kid').notNull(),
  /** JWK, as it stands in the JWKS. */
  publicKey: text('public_key', { mode: 'json' }).$type<{ readonly [member: string]: unknown }>().notNull(),
  /** JWK, sealed with the master key. */
  sealedPrivateKey: text('sealed_private_key').notNull(),
  createdAt: text('created_at').notNull(),
})

/**
 * Requests with an Idempotency-Key whose change is committed: written in the batch of the change, so that a request which
 * died before it could answer is not carried out again.
 */
export const requestFences = sqliteTable(
  'request_fences',
  {
    id: text('id').primaryKey(),
    createdAt: text('created_at').notNull(),
  },
  (table) => [index('request_fences_by_time').on(table.createdAt)],
)
