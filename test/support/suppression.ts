/** Suppression over real D1 and KV: the management API, the builder driven by hand, and an edge that reads what it published. */
import { createHash } from 'node:crypto'
import type { Contact } from '../../src/core/suppression/contact'
import type { Services } from '../../src/http/services'
import { KeyedHash } from '../../src/security/keyed-hash'
import { SuppressionHash } from '../../src/security/suppression-hash'
import { type BuilderParts, SuppressionBuilder } from '../../src/snapshots/suppression-builder'
import { SuppressionReader } from '../../src/snapshots/suppression-reader'
import { createTenantStores } from '../../src/stores/tenant-stores'
import { DB, type Management, make, SNAPSHOTS, startManagement } from './management'

export const hash = new SuppressionHash(new KeyedHash(new Uint8Array(32).fill(9)))

/** @returns a builder on the test's database that can always write its header, with overrides */
export function builderWith(overrides: Partial<BuilderParts> = {}): SuppressionBuilder {
  return new SuppressionBuilder({
    kv: SNAPSHOTS,
    now: later,
    index: (tenantId) => createTenantStores(DB, tenantId).suppressionIndex,
    onPublished: () => {},
    ...overrides,
  })
}

let latest = 0

/** Two seconds pass with every look at it: no pause is waited for, and no import seems under way. */
function later(): number {
  latest = Math.max(latest, Date.now()) + 2_000
  return latest
}

/** Builds until nothing is left but what time must bring. */
export async function buildAll(builder: SuppressionBuilder, tenantId = 'live'): Promise<void> {
  for (let calls = 0; calls < 100; calls++) {
    const next = await builder.build(tenantId)
    if (next === null || next > 60_000) return
  }
  throw new Error('the build does not end')
}

/** An edge that has read nothing yet. */
export function newEdge(kv: KVNamespace = SNAPSHOTS): SuppressionReader {
  return new SuppressionReader({ kv, now: () => Date.now(), keepAlive: () => {}, hash })
}

/** @param overrides of services */
export async function startSuppression(overrides: Partial<Services> = {}) {
  const woken: string[] = []
  const management = await startManagement({
    suppressionHash: hash,
    buildSuppressionIndex: async (tenantId) => {
      woken.push(tenantId)
    },
    ...overrides,
  })
  return { ...management, woken }
}

/** @returns the id of a new, empty list */
export function makeList(management: Management, members: object = {}): Promise<string> {
  return make(management, '/v1/suppression-lists', { name: 'Do not call', ...members })
}

export interface Upload {
  readonly type?: string | undefined
  readonly query?: string
  readonly method?: string
}

/** Sends a body of entries. */
export function upload(management: Management, listId: string, body: BodyInit, { type, query, method }: Upload = {}) {
  const path = `/v1/suppression-lists/${listId}/entries${query === undefined ? '' : `?${query}`}`
  return management.call(method ?? 'PUT', path, undefined, {
    raw: body,
    headers: { 'content-type': type ?? 'text/csv' },
  })
}

/** Asks an edge that has read nothing before. @returns the lists that one of the contacts is on */
export async function listed(
  listIds: readonly string[],
  contacts: { readonly phone?: string; readonly email?: string },
  reader = newEdge(),
): Promise<readonly string[]> {
  const asked: Contact[] = []
  if (contacts.phone !== undefined) asked.push({ type: 'phone', text: contacts.phone })
  if (contacts.email !== undefined) asked.push({ type: 'email', text: contacts.email })
  return [...(await reader.lookup({ tenantId: 'live', listIds, contacts: asked }))]
}

export function digest(algorithm: 'md5' | 'sha1' | 'sha256', text: string): string {
  return createHash(algorithm).update(text).digest('hex')
}
