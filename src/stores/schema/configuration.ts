/**
 * The operator's configuration. What has a shape of its own on the wire is one JSON column, checked by the zod schema of
 * that wire when it is written; what is asked for by value is a column.
 *
 * Every row belongs to a tenant, and every primary or unique key that is looked up begins with it.
 */
import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { BuyerSettings } from '../../contracts/buyer'
import type { CampaignSettings } from '../../contracts/campaign'
import type { BuyerContractSettings } from '../../contracts/contract-settings'
import type { SourceLinkSettings } from '../../contracts/source-link'
import type { SupplierSettings } from '../../contracts/supplier'

const createdAt = () => text('created_at').notNull()
const updatedAt = () => text('updated_at').notNull()

/** `live` and `sandbox` are there from the first migration on. */
export const tenants = sqliteTable('tenants', {
  id: text('id').primaryKey(),
  mode: text('mode', { enum: ['live', 'sandbox'] }).notNull(),
  name: text('name').notNull(),
  currency: text('currency').notNull().default('USD'),
  createdAt: createdAt(),
})

export const campaigns = sqliteTable(
  'campaigns',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    name: text('name').notNull(),
    vertical: text('vertical').notNull(),
    subVertical: text('sub_vertical'),
    status: text('status', { enum: ['active', 'paused'] }).notNull(),
    /** The body of `POST /v1/campaigns`, with defaults filled in. */
    settings: text('settings', { mode: 'json' }).$type<CampaignSettings>().notNull(),
    /** Grows with every change of anything that the campaign's snapshot holds. */
    version: integer('version').notNull().default(1),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
    archivedAt: text('archived_at'),
  },
  (table) => [index('campaigns_by_tenant').on(table.tenantId, table.id)],
)

export const suppliers = sqliteTable(
  'suppliers',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    name: text('name').notNull(),
    status: text('status', { enum: ['active', 'paused'] }).notNull(),
    settings: text('settings', { mode: 'json' }).$type<SupplierSettings>().notNull(),
    /** Grows with every change; orders what is pushed to the supplier's gate. */
    version: integer('version').notNull().default(1),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
    archivedAt: text('archived_at'),
  },
  (table) => [index('suppliers_by_tenant').on(table.tenantId, table.id)],
)

export const buyers = sqliteTable(
  'buyers',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    name: text('name').notNull(),
    status: text('status', { enum: ['active', 'paused'] }).notNull(),
    settings: text('settings', { mode: 'json' }).$type<BuyerSettings>().notNull(),
    /** Grows with every change; orders what is pushed to the buyer's account. */
    version: integer('version').notNull().default(1),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
    archivedAt: text('archived_at'),
  },
  (table) => [index('buyers_by_tenant').on(table.tenantId, table.id)],
)

/** A supplier in a campaign. */
export const sourceLinks = sqliteTable(
  'source_links',
  {
    campaignId: text('campaign_id').notNull(),
    supplierId: text('supplier_id').notNull(),
    tenantId: text('tenant_id').notNull(),
    settings: text('settings', { mode: 'json' }).$type<SourceLinkSettings>().notNull(),
    /** What the address of the supplier's specs page is signed with; null while there is none. */
    specsNonce: text('specs_nonce'),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    primaryKey({ columns: [table.campaignId, table.supplierId] }),
    index('source_links_by_supplier').on(table.tenantId, table.supplierId),
  ],
)

/** A buyer in a campaign. */
export const buyerContracts = sqliteTable(
  'buyer_contracts',
  {
    id: text('id').notNull(),
    campaignId: text('campaign_id').notNull(),
    buyerId: text('buyer_id').notNull(),
    tenantId: text('tenant_id').notNull(),
    /** The body of the PUT, without the secrets of `auth`. */
    settings: text('settings', { mode: 'json' }).$type<BuyerContractSettings>().notNull(),
    /** The secrets of `auth`, sealed with the master key. */
    sealedSecrets: text('sealed_secrets'),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    primaryKey({ columns: [table.campaignId, table.buyerId] }),
    uniqueIndex('buyer_contracts_by_id').on(table.id),
    index('buyer_contracts_by_buyer').on(table.tenantId, table.buyerId),
  ],
)

export const apiKeys = sqliteTable(
  'api_keys',
  {
    id: text('id').primaryKey(),
    tenantId: text('tenant_id').notNull(),
    role: text('role', { enum: ['supplier', 'buyer', 'operator'] }).notNull(),
    /** The supplier or buyer that the key speaks for; null for an operator's. */
    subjectId: text('subject_id'),
    /** SHA-256 of the whole key, hex. The key itself is shown once and kept nowhere. */
    hash: text('hash').notNull(),
    prefix: text('prefix').notNull(),
    lastFour: text('last_four').notNull(),
    scopes: text('scopes', { mode: 'json' }).$type<readonly string[]>().notNull(),
    createdAt: createdAt(),
    expiresAt: text('expires_at'),
    revokedAt: text('revoked_at'),
    name: text('name'),
    /** The first key of a row of rotations: rate and request keys belong to it. Null where the key is itself the first. */
    clientId: text('client_id'),
    /** CIDR; null or empty lets any address in. */
    allowedNetworks: text('allowed_networks', { mode: 'json' }).$type<readonly string[]>(),
    /** Null is the supplier's, or the default. */
    requestsPerSecond: integer('requests_per_second'),
    replacedBy: text('replaced_by'),
    lastUsedAt: text('last_used_at'),
  },
  (table) => [
    uniqueIndex('api_keys_by_hash').on(table.hash),
    index('api_keys_by_subject').on(table.tenantId, table.subjectId),
    index('api_keys_by_tenant').on(table.tenantId, table.id),
  ],
)

/**
 * Changes that the edge does not know yet. Written in the same batch as the change, removed by whoever published it; what
 * is left behind is published again by the cron.
 */
export const publishes = sqliteTable('publishes', {
  id: text('id').primaryKey(),
  tenantId: text('tenant_id').notNull(),
  kind: text('kind', {
    enum: ['campaign', 'credential', 'oauth_client', 'buyer', 'supplier', 'supplier_campaigns'],
  }).notNull(),
  subjectId: text('subject_id').notNull(),
  createdAt: createdAt().default(sql`(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))`),
})
