import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { KeyRotation } from '../../src/privacy/key-rotation'
import { LeadEnvelope } from '../../src/security/lead-envelope'
import type { MasterKey } from '../../src/security/master-keys'
import { SealedBox } from '../../src/security/sealed-box'
import { KeyRotationStore } from '../../src/stores/key-rotation-store'
import { applyLeadProjections } from '../../src/stores/projector-store'
import { createTenantStores } from '../../src/stores/tenant-stores'
import { fresh, soldLead } from '../support/projections'

const key = (kid: string, seed: number): MasterKey => ({ kid, secret: new Uint8Array(32).fill(seed) })
const OLD = key('', 1)
const AT = '2026-11-21T00:00:00.000Z'
const MAX_RUNS = 60

beforeEach(async () => {
  // The walk goes through everything in the database, whosesoever it is.
  const tables = [
    'leads',
    'lead_contacts',
    'buyer_contracts',
    'webhook_endpoints',
    'oauth_signing_keys',
    'publishes',
    'audit_log',
  ]
  await env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table}`)))
})

/** Runs until nothing is left to do. @returns what was logged */
async function rotate(kid: string, ...keys: [MasterKey, ...MasterKey[]]): Promise<readonly string[]> {
  const [box, envelope, logged] = [new SealedBox(keys), new LeadEnvelope(keys), [] as string[]]
  const rotation = new KeyRotation({
    kid,
    store: new KeyRotationStore(env.DB),
    reseal: ({ kind }, { sealed, tenantId }) =>
      kind === 'data_key' ? envelope.rewrap(sealed, tenantId) : box.reseal(sealed, kind),
    now: () => Date.parse(AT),
    log: (event, details) => logged.push(`${event} ${details.what}`),
  })
  for (let run = 0; run < MAX_RUNS; run++) await rotation.run()
  return logged
}

async function storeLead(keys: MasterKey, tenantId: string) {
  const envelope = new LeadEnvelope([keys])
  const [contact, details] = [await envelope.seal('{"phone":"1"}', tenantId), await envelope.seal('{"a":1}', tenantId)]
  const sealed = { ...contact, sealedDetails: details.sealedFields, detailsKey: details.sealedKey }
  const message = soldLead({ tenantId, ...sealed })
  await applyLeadProjections(env.DB, [message])
  return message
}

async function storeContract(sealed: string) {
  const [id, campaignId, tenantId] = [fresh('con'), fresh('camp'), fresh('tenant')]
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO campaigns (id, tenant_id, name, vertical, status, settings, version, created_at, updated_at)
       VALUES (?1, ?2, 'x', 'x', 'active', '{}', 4, ?3, ?3)`,
    ).bind(campaignId, tenantId, AT),
    env.DB.prepare(
      `INSERT INTO buyer_contracts (id, campaign_id, buyer_id, tenant_id, settings, sealed_secrets, created_at, updated_at)
       VALUES (?1, ?2, 'buy_1', ?3, '{}', ?4, ?5, ?5)`,
    ).bind(id, campaignId, tenantId, sealed, AT),
  ])
  return { id, campaignId }
}

describe('a new master key', () => {
  it('comes to wrap every data key and secret, so that the old one can go', async () => {
    const leads = await Promise.all(['live', 'sandbox', 'live'].map((tenantId) => storeLead(OLD, tenantId)))
    const { id, campaignId } = await storeContract(await new SealedBox([OLD]).seal('{"token":"x"}', 'buyer-secrets'))
    const note = await new LeadEnvelope([OLD]).seal('said so', 'live')
    await createTenantStores(env.DB, 'live').auditLog.record(
      { id: fresh('aud'), at: AT, by: { role: 'operator', id: 'key_1', requestId: 'req_1' } },
      {
        ...{ action: 'x.resolve', targetKind: 'lead', targetId: leads[0]?.leadId ?? '' },
        note: { sealedNote: note.sealedFields, sealedNoteKey: note.sealedKey },
      },
    )
    const signing = await new SealedBox([OLD]).seal('{"kty":"RSA"}', 'oauth-signing-key')
    await env.DB.prepare("INSERT INTO oauth_signing_keys VALUES (7, 'k', '{}', ?1, ?2)").bind(signing, AT).run()

    const next = key('k2', 2)
    expect(await rotate('k2', next, OLD)).not.toContainEqual(expect.stringContaining('key_not_rotated'))

    const envelope = new LeadEnvelope([next])
    for (const { leadId, tenantId } of leads) {
      const row = await env.DB.prepare('SELECT * FROM leads WHERE id = ?1').bind(leadId).first<Record<string, string>>()
      const { sealed_fields: sealedFields = '', sealed_key: sealedKey = '' } = row ?? {}
      expect(await envelope.open({ sealedFields, sealedKey }, tenantId)).toBe('{"phone":"1"}')
      expect(row?.details_key).toMatch(/^v2\.k2\./)
    }
    const noteKey = await env.DB.prepare('SELECT sealed_note_key AS k FROM audit_log').first<string>('k')
    const kept = { sealedFields: note.sealedFields, sealedKey: noteKey ?? '' }
    expect(await envelope.open(kept, 'live')).toBe('said so')
    const box = new SealedBox([next])
    const sealed = await env.DB.prepare('SELECT sealed_secrets AS s FROM buyer_contracts WHERE id = ?1')
      .bind(id)
      .first('s')
    expect(await box.open(String(sealed), 'buyer-secrets')).toBe('{"token":"x"}')
    const jwk = await env.DB.prepare('SELECT sealed_private_key AS s FROM oauth_signing_keys').first('s')
    expect(await box.open(String(jwk), 'oauth-signing-key')).toBe('{"kty":"RSA"}')
    // Snapshots hold the credentials as well: the campaign is published anew.
    expect(await env.DB.prepare('SELECT version FROM campaigns WHERE id = ?1').bind(campaignId).first('version')).toBe(
      5,
    )
    const published = await env.DB.prepare('SELECT subject_id FROM publishes').all()
    expect(published.results).toEqual([{ subject_id: campaignId }])
  })

  it('leaves what it cannot open as it is, says so, and is not held up by it', async () => {
    const lost = await storeLead(key('', 9), 'live')
    const good = await storeLead(OLD, 'live')
    const logged = await rotate('k3', key('k3', 3), OLD)
    expect(logged).toContain('key_not_rotated leads.sealed_key')
    const keys = await env.DB.prepare('SELECT id, sealed_key AS k FROM leads').all<{ id: string; k: string }>()
    const byId = new Map(keys.results.map(({ id, k }) => [id, k]))
    expect(byId.get(lost.leadId)).toBe(lost.sealedKey)
    expect(byId.get(good.leadId)).toMatch(/^v2\.k3\./)
  })

  it('goes through thousands, and costs one look once it is done', async () => {
    const tenantId = fresh('tenant')
    const envelope = new LeadEnvelope([OLD])
    const { sealedFields, sealedKey } = await envelope.seal('{}', tenantId)
    const bare = { sealedDetails: null, detailsKey: null, contactKeys: [] }
    const messages = Array.from({ length: 1_500 }, () => soldLead({ tenantId, sealedFields, sealedKey, ...bare }))
    for (let start = 0; start < messages.length; start += 100) {
      await applyLeadProjections(env.DB, messages.slice(start, start + 100))
    }
    const logged = await rotate('k4', key('k4', 4), OLD)
    expect(logged.filter((line) => line.startsWith('keys_rotated'))).toHaveLength(9)
    const left = await env.DB.prepare("SELECT count(*) AS n FROM leads WHERE sealed_key NOT LIKE 'v2.k4.%'").first('n')
    expect(left).toBe(0)
  })

  it('is no work where there never was another', async () => {
    const lead = await storeLead(OLD, 'live')
    expect(await rotate('', OLD)).toEqual([])
    expect(await env.DB.prepare('SELECT sealed_key AS k FROM leads WHERE id = ?1').bind(lead.leadId).first('k')).toBe(
      lead.sealedKey,
    )
  })
})
