/** What queues gave up on, as operators see it: masked, their own, sent again or discarded. */
import { beforeAll, describe, expect, it } from 'vitest'
import { maskedBody } from '../../../src/contracts/dead-letter'
import { DeadLetterStore } from '../../../src/stores/dead-letter-store'
import { applyLeadProjections } from '../../../src/stores/projector-store'
import { DB, type Management, SANDBOX_OPERATOR, startManagement } from '../../support/management'
import { fresh, pendingLead, soldLead } from '../../support/projections'

const sent: [string, unknown][] = []
let management: Management

beforeAll(async () => {
  management = await startManagement({
    sendToQueue: async (queue, body) => {
      sent.push([queue, body])
    },
  })
})

let minutes = 0
/** Keeps a message as given up on. */
async function die(body: unknown, queue = 'gavel-projection'): Promise<void> {
  minutes += 1
  const failedAt = new Date(Date.parse('2026-11-20T10:00:00Z') + minutes * 60_000).toISOString()
  await new DeadLetterStore(DB).add([{ id: fresh('message'), queue: `${queue}-dead`, body, attempts: 11, failedAt }])
}

const idOf = ({ auctionId, sequence }: { auctionId: string; sequence: number }) => `lead-${auctionId}-${sequence}`

async function shown(id: string, key?: string) {
  const { body } = await management.call(
    'GET',
    '/v1/dead-letters?limit=200',
    undefined,
    key === undefined ? {} : { key },
  )
  return body.data.find((letter: { id: string }) => letter.id === id)
}

describe('a dead letter', () => {
  it('is shown to the operator of its tenant, without anything personal', async () => {
    const lead = soldLead({ tenantId: 'sandbox', sealedFields: 'v1.contact', sealedKey: 'v1.key' })
    await die(lead)
    const letter = await shown(idOf(lead), SANDBOX_OPERATOR)
    expect(letter).toMatchObject({ queue: 'gavel-projection', status: 'kept', attempts: 11, deaths: 1 })
    expect(letter.body).toMatchObject({
      auctionId: lead.auctionId,
      status: 'sold',
      sealedFields: '[text, 10 characters]',
    })
    expect(await shown(idOf(lead))).toBeUndefined()
    for (const [method, path] of [
      ['POST', `${idOf(lead)}/resend`],
      ['DELETE', idOf(lead)],
    ] as const) {
      expect((await management.call(method, `/v1/dead-letters/${path}`)).status).toBe(404)
    }
  })

  it('of an auction belongs to the tenant of its lead; one that tells nothing, to whoever runs the exchange', async () => {
    const lead = pendingLead({ tenantId: 'sandbox' })
    await applyLeadProjections(DB, [{ ...lead, leadId: `ld_${lead.auctionId.slice(4)}` }])
    await die({ kind: 'post_retry', auctionId: lead.auctionId, contractId: 'con_a', tryNumber: 3 }, 'gavel-post-retry')
    const id = `post-${lead.auctionId}-con_a-3`
    expect([await shown(id), (await shown(id, SANDBOX_OPERATOR))?.queue]).toEqual([undefined, 'gavel-post-retry'])
    await die({ kind: 'mystery', phone: '5125550143' }, 'gavel-webhook')
    const { body } = await management.call('GET', '/v1/dead-letters?queue=gavel-webhook')
    expect(body.data).toEqual([expect.objectContaining({ body: { kind: 'mystery', '…': '[1 members more]' } })])
    expect(
      (await management.call('GET', '/v1/dead-letters?queue=gavel-webhook', undefined, { key: SANDBOX_OPERATOR })).body
        .data,
    ).toEqual([])
  })

  it('that comes again is the same letter; sent again it goes to its queue whole, and is kept anew if it fails', async () => {
    const lead = soldLead({ tenantId: 'live' })
    await die(lead)
    await die(lead)
    const id = idOf(lead)
    expect(await shown(id)).toMatchObject({ deaths: 2, status: 'kept' })
    const answer = await management.call('POST', `/v1/dead-letters/${id}/resend`)
    expect([answer.status, answer.body.status]).toEqual([202, 'resent'])
    expect(sent.at(-1)).toEqual(['gavel-projection', JSON.parse(JSON.stringify(lead))])
    await die(lead)
    expect(await shown(id)).toMatchObject({ deaths: 3, status: 'kept' })
  })

  it('that is discarded stays away, however often its sender repeats it', async () => {
    const lead = soldLead({ tenantId: 'live' })
    await applyLeadProjections(DB, [lead])
    await die(lead)
    expect((await management.call('DELETE', `/v1/dead-letters/${idOf(lead)}`)).status).toBe(204)
    await die(lead)
    expect(await shown(idOf(lead))).toBeUndefined()
    expect((await management.call('POST', `/v1/dead-letters/${idOf(lead)}/resend`)).status).toBe(404)
    const row = await DB.prepare('SELECT body FROM dead_letters WHERE id = ?1').bind(idOf(lead)).first()
    expect(row).toEqual({ body: '{}' })
    const audited = DB.prepare('SELECT action, actor_role FROM audit_log WHERE target_id = ?1').bind(idOf(lead))
    expect((await audited.all()).results).toEqual([{ action: 'dead_letter.discard', actor_role: 'operator' }])
  })
})

describe('what an auction tells of a lead', () => {
  it.each([
    ['of which the database has nothing', null],
    ['of which it has an older state', 1],
  ])('%s is not discarded', async (_, stored) => {
    const lead = soldLead({ tenantId: 'live', sequence: 2 })
    if (stored !== null) await applyLeadProjections(DB, [{ ...lead, sequence: stored }])
    await die(lead)
    const answer = await management.call('DELETE', `/v1/dead-letters/${idOf(lead)}`)
    expect([answer.status, answer.body.error]).toEqual([409, 'conflict'])
    expect(await shown(idOf(lead))).toMatchObject({ status: 'kept' })
    await applyLeadProjections(DB, [lead])
    expect((await management.call('DELETE', `/v1/dead-letters/${idOf(lead)}`)).status).toBe(204)
  })
})

describe('the mask', () => {
  it.each([
    ['a number under no name of ours', { kind: 'x', phone: 5125550143 }],
    ['a name as a member', { kind: 'x', 'maria@example.com': true }],
    ['a sentence under a name of ours', { reason: 'Maria Garcia called' }],
    ['a text alone', 'maria@example.com'],
    ['a number alone', 5125550143],
    ['a list of people', ['Maria', { key: 'Garcia, Maria' }]],
    ['what an event tells', { draft: { tellings: [{ role: 'buyer', data: { name: 'Maria' } }] } }],
  ])('hides %s', (_, body) => {
    expect(JSON.stringify(maskedBody(body))).not.toMatch(/maria|garcia|5125550143/i)
  })
})
