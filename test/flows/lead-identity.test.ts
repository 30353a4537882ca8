import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LeadAnswer } from '../../src/contracts/lead-answer'
import { Operator, type Problem, type Reply } from '../support/gavel-client'
import { after, bid, HttpBuyer, type Manner, type ReceivedCall, sold } from '../support/http-buyer'
import { CONTACT_FIELDS, freshLead, guideContract, type Market, openMarket } from '../support/market'
import { OPERATOR_KEY, ServedGavel } from '../support/served-gavel'

type LeadReply = Reply<LeadAnswer & Problem>

let gavel: ServedGavel
let operator: Operator
let buyer: HttpBuyer
let market: Market
let lastKey = 0

const PINGED = { state: 'TX', age: 41 }

const freshKey = () => {
  lastKey += 1
  return `key-${lastKey}`
}
/** Twice this is longer than a twin waits. */
const slowly = (manner: Manner) => after(3_500, manner)
const keyed = (key: string) => ({ 'idempotency-key': key })

/** @returns the posts of the person, which tell how often a lead was sold */
function postsOf({ phone }: { readonly phone: string }): readonly ReceivedCall[] {
  return buyer.posts.filter(({ body }) => body.includes(phone))
}

function expectReplay(again: LeadReply, first: LeadReply): void {
  expect(first.status).toBe(201)
  expect([again.status, again.text]).toEqual([first.status, first.text])
  expect(again.headers.get('idempotent-replayed')).toBe('true')
  expect(first.headers.get('idempotent-replayed')).toBe(null)
  expect(again.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'))
}

function expectProblem({ status, body, headers }: LeadReply, wanted: readonly [status: number, error: string]): void {
  expect([status, body.error]).toEqual(wanted)
  expect(headers.get('content-type')).toBe('application/problem+json')
  expect(headers.get('idempotent-replayed')).toBe(null)
}

const openOne = () =>
  openMarket(operator, {
    campaign: {
      fields: [
        ...CONTACT_FIELDS,
        { name: 'state', type: 'state' },
        { name: 'age', type: 'number' },
        { name: 'note', type: 'string' },
      ],
    },
    buyers: { only: guideContract(buyer) },
  })

beforeAll(async () => {
  buyer = await HttpBuyer.start()
  buyer.whenPinged(after(50, bid(20))).whenPosted(after(50, sold()))
  gavel = await ServedGavel.start()
  operator = new Operator(gavel.url, OPERATOR_KEY)
  market = await openOne()
})

afterAll(async () => {
  await buyer?.close()
  await gavel?.[Symbol.asyncDispose]()
})

/** Pings, and makes the lead that goes with it. */
async function pinged(overrides: object = {}) {
  const { supplier, campaignId } = market
  return { ...PINGED, ...freshLead(overrides), flo_ping_id: await supplier.pingId(campaignId, PINGED) }
}

describe('a ping id', () => {
  it('used twice with the same body gets the first answer again, and one sale', async () => {
    const { supplier, campaignId } = market
    const lead = await pinged()
    const first = await supplier.ingest(campaignId, lead)
    expect(first.body.data.status).toBe('ACCEPTED')
    for (let time = 0; time < 3; time++) expectReplay(await supplier.ingest(campaignId, lead), first)
    expect(postsOf(lead)).toHaveLength(1)
  })

  it('knows the body whatever the order of its members', async () => {
    const { supplier, campaignId } = market
    const lead = await pinged()
    const first = await supplier.ingest(campaignId, lead)
    expectReplay(await supplier.ingest(campaignId, Object.fromEntries(Object.entries(lead).reverse())), first)
  })

  it('used for another lead is refused', async () => {
    const { supplier, campaignId } = market
    const lead = await pinged()
    await supplier.ingest(campaignId, lead)
    const other = { ...lead, ...freshLead() }
    expectProblem(await supplier.ingest(campaignId, other), [409, 'ping_id_used'])
    expect(postsOf(other)).toEqual([])
  })

  it('refuses a changed field by its name, keeps both values to itself, and may be used rightly afterwards', async () => {
    const { supplier, campaignId } = market
    const lead = await pinged()
    const changed = await supplier.ingest(campaignId, { ...lead, state: 'FL', age: 97 })
    expectProblem(changed, [422, 'ping_id_mismatch'])
    expect(changed.body.field_errors?.map(({ field }) => field).sort()).toEqual(['age', 'state'])
    expect(JSON.stringify(changed.body.field_errors)).not.toMatch(/TX|FL|97|41/)

    const { age: _, ...without } = lead
    expect((await supplier.ingest(campaignId, without)).body.field_errors?.map(({ field }) => field)).toEqual(['age'])
    expect((await supplier.ingest(campaignId, lead)).body.data.status).toBe('ACCEPTED')
  })

  it('holds for other spellings of what was pinged, and for added fields', async () => {
    const { supplier, campaignId } = market
    const lead = await pinged({ note: 'calls in the evening' })
    const { status, body } = await supplier.ingest(campaignId, { ...lead, state: 'tx', age: '41' })
    expect([status, body.data.status]).toEqual([201, 'ACCEPTED'])
  })

  it('is worth nothing to another supplier, or for another campaign', async () => {
    const other = await openOne()
    await operator.link(`/v1/campaigns/${market.campaignId}/suppliers/${other.supplier.id}`, {
      cost_mode: 'fixed',
      cost_amount: 1,
    })
    await operator.link(`/v1/campaigns/${other.campaignId}/suppliers/${market.supplier.id}`, {
      cost_mode: 'fixed',
      cost_amount: 1,
    })
    const lead = await pinged()
    expectProblem(await other.supplier.ingest(market.campaignId, lead), [422, 'ping_id_invalid'])
    expectProblem(await market.supplier.ingest(other.campaignId, lead), [422, 'ping_id_invalid'])
    expect(postsOf(lead)).toEqual([])
    expect((await market.supplier.ingest(market.campaignId, lead)).status).toBe(201)
  })

  it.for([
    [
      'a changed payload',
      ([payload, kid, mac]: string[]) => [`${payload?.slice(0, -1)}${payload?.endsWith('A') ? 'B' : 'A'}`, kid, mac],
    ],
    ['a longer life', ([payload, kid, mac]: string[]) => [relive(payload ?? ''), kid, mac]],
    ['another key id', ([payload, , mac]: string[]) => [payload, 'k9', mac]],
    ['no key id', ([payload, , mac]: string[]) => [payload, '', mac]],
    [
      'a changed mac',
      ([payload, kid, mac]: string[]) => [payload, kid, `${mac?.startsWith('A') ? 'B' : 'A'}${mac?.slice(1)}`],
    ],
    ['a cut mac', ([payload, kid, mac]: string[]) => [payload, kid, mac?.slice(0, 10)]],
    ['no mac', ([payload, kid]: string[]) => [payload, kid, '']],
    ['two parts', ([payload, kid]: string[]) => [payload, kid]],
    ['four parts', (parts: string[]) => [...parts, 'x']],
    ['nothing of its own', () => ['nonsense']],
  ] as const)('tampered with, by %s, is invalid', async ([, tamper]) => {
    const lead = await pinged()
    const flo_ping_id = tamper(lead.flo_ping_id.split('.')).join('.')
    const reply = await market.supplier.ingest(market.campaignId, { ...lead, flo_ping_id })
    expectProblem(reply, [422, 'ping_id_invalid'])
    expect(reply.text).not.toContain(flo_ping_id)
  })

  it('of the wrong type is invalid, and left empty it is none', async () => {
    const { supplier, campaignId } = market
    for (const flo_ping_id of [1, true, ['x'], { a: 1 }, 'x'.repeat(20_000)]) {
      expectProblem(await supplier.ingest(campaignId, { ...freshLead(), flo_ping_id }), [422, 'ping_id_invalid'])
    }
    for (const flo_ping_id of ['', null]) {
      expect((await supplier.ingest(campaignId, { ...freshLead(), flo_ping_id })).status).toBe(201)
    }
  })

  it('sent by twenty at once has one effect and one answer', async () => {
    const lead = await pinged()
    const replies = await Promise.all(Array.from({ length: 20 }, () => market.supplier.ingest(market.campaignId, lead)))
    expectOneEffect(replies)
    expect(postsOf(lead)).toHaveLength(1)
  })
})

describe('an Idempotency-Key', () => {
  it('is the same key bare and quoted', async () => {
    const { supplier, campaignId } = market
    const [lead, key] = [freshLead(), freshKey()]
    const first = await supplier.ingest(campaignId, lead, keyed(key))
    expectReplay(await supplier.ingest(campaignId, lead, keyed(`"${key}"`)), first)
    expectReplay(await supplier.ingest(campaignId, lead, keyed(` ${key} `)), first)
    expect(postsOf(lead)).toHaveLength(1)
  })

  it('used with another body is refused', async () => {
    const { supplier, campaignId } = market
    const [lead, other, key] = [freshLead(), freshLead(), freshKey()]
    const first = await supplier.ingest(campaignId, lead, keyed(key))
    expectProblem(await supplier.ingest(campaignId, other, keyed(key)), [422, 'idempotency_key_reused'])
    expectReplay(await supplier.ingest(campaignId, lead, keyed(key)), first)
    expect(postsOf(other)).toEqual([])
  })

  it('makes one body two leads where there are two keys', async () => {
    const { supplier, campaignId } = market
    const lead = freshLead()
    const one = await supplier.ingest(campaignId, lead, keyed(freshKey()))
    const two = await supplier.ingest(campaignId, lead, keyed(freshKey()))
    expect(one.body.data.id).not.toBe(two.body.data.id)
  })

  it('belongs to its supplier', async () => {
    const other = await openOne()
    const key = freshKey()
    const mine = await market.supplier.ingest(market.campaignId, freshLead(), keyed(key))
    const theirs = await other.supplier.ingest(other.campaignId, freshLead(), keyed(key))
    expect([mine.status, theirs.status]).toEqual([201, 201])
    expect(mine.body.data.id).not.toBe(theirs.body.data.id)
  })

  it('that came along with a ping id is registered too', async () => {
    const { supplier, campaignId } = market
    const [lead, key] = [await pinged(), freshKey()]
    const first = await supplier.ingest(campaignId, lead, keyed(key))
    expect(first.status).toBe(201)
    expectReplay(await supplier.ingest(campaignId, lead, keyed(key)), first)
    expectReplay(await supplier.ingest(campaignId, lead), first)
    const [other, otherPinged] = [freshLead(), await pinged()]
    expectProblem(await supplier.ingest(campaignId, other, keyed(key)), [422, 'idempotency_key_reused'])
    expectProblem(await supplier.ingest(campaignId, otherPinged, keyed(key)), [422, 'idempotency_key_reused'])
    expect([postsOf(other), postsOf(otherPinged)]).toEqual([[], []])
  })

  it('that belongs to another lead does not use up the ping id that it came with', async () => {
    const { supplier, campaignId } = market
    const [lead, key] = [await pinged(), freshKey()]
    await supplier.ingest(campaignId, freshLead(), keyed(key))
    expectProblem(await supplier.ingest(campaignId, lead, keyed(key)), [422, 'idempotency_key_reused'])
    expect(postsOf(lead)).toEqual([])
    const first = await supplier.ingest(campaignId, lead, keyed(freshKey()))
    expectReplay(await supplier.ingest(campaignId, lead, keyed(freshKey())), first)
    expect(postsOf(lead)).toHaveLength(1)
  })

  it('that came again while the first still runs waits five seconds, is told to come later, and then gets its answer', async () => {
    await using slow = await HttpBuyer.start()
    slow.whenPinged(slowly(bid(20))).whenPosted(slowly(sold()))
    const { supplier, campaignId } = await openMarket(operator, {
      campaign: { bid_window_ms: 5_000, post_timeout_ms: 5_000, deadline_ms: 10_000 },
      buyers: {
        slow: {
          ping: { enabled: true, request: { url: slow.pingUrl, timeout_ms: 5_000 } },
          post: { request: { url: slow.postUrl, timeout_ms: 5_000 } },
        },
      },
    })
    const [lead, key] = [freshLead(), freshKey()]
    const running = supplier.ingest(campaignId, lead, keyed(key))
    await slow.waitFor('ping')
    const startedAt = performance.now()
    const twin = await supplier.ingest(campaignId, lead, keyed(key))
    expect(performance.now() - startedAt).toBeGreaterThan(4_900)
    expectProblem(twin, [409, 'idempotency_in_progress'])
    expect(Number(twin.headers.get('retry-after'))).toBeGreaterThan(0)
    const patient = supplier.ingest(campaignId, lead, keyed(key))
    const first = await running
    expectReplay(await patient, first)
    expectReplay(await supplier.ingest(campaignId, lead, keyed(key)), first)
    expect(slow.posts).toHaveLength(1)
  })

  it.for([
    ['empty', ''],
    ['empty in its quotes', '""'],
    ['longer than 255 characters', 'k'.repeat(256)],
    ['quoted at one end', '"key'],
    ['quoted with an end in the middle', '"a"b"'],
    ['not ASCII', 'schl\u00fcssel'],
  ])('that is %s is refused', async ([, key]) => {
    const reply = await market.supplier.ingest(market.campaignId, freshLead(), keyed(key as string))
    expectProblem(reply, [400, 'idempotency_key_invalid'])
  })

  it('of 255 characters is taken', async () => {
    const { status } = await market.supplier.ingest(market.campaignId, freshLead(), keyed('k'.repeat(255)))
    expect(status).toBe(201)
  })

  it('does not remember a body that was refused', async () => {
    const { supplier, campaignId } = market
    const [lead, key] = [freshLead(), freshKey()]
    expectProblem(await supplier.ingest(campaignId, { ...lead, email: 'maria@' }, keyed(key)), [422, 'invalid_payload'])
    expectProblem(await supplier.ingest(campaignId, { ...lead, state: 'Texas' }, keyed(key)), [422, 'invalid_payload'])
    const first = await supplier.ingest(campaignId, lead, keyed(key))
    expect([first.status, first.headers.get('idempotent-replayed')]).toEqual([201, null])
    expectReplay(await supplier.ingest(campaignId, lead, keyed(key)), first)
  })

  it('sent by twenty at once has one effect and one answer', async () => {
    const { supplier, campaignId } = market
    const [lead, key] = [freshLead(), freshKey()]
    const replies = await Promise.all(Array.from({ length: 20 }, () => supplier.ingest(campaignId, lead, keyed(key))))
    expectOneEffect(replies)
    expect(postsOf(lead)).toHaveLength(1)
  })

  it('sent at once with two bodies takes one of them', async () => {
    const { supplier, campaignId } = market
    const [one, two, key] = [freshLead(), freshLead(), freshKey()]
    const replies = await Promise.all(
      Array.from({ length: 10 }, (_, index) => supplier.ingest(campaignId, index % 2 === 0 ? one : two, keyed(key))),
    )
    expect(replies.map(({ status }) => status).sort()).toEqual([...Array(5).fill(201), ...Array(5).fill(422)])
    expect(postsOf(one).length + postsOf(two).length).toBe(1)
  })
})

describe('a lead with neither key nor ping id', () => {
  it('is the same lead when it comes again within a minute', async () => {
    const { supplier, campaignId } = market
    const lead = freshLead()
    const first = await supplier.ingest(campaignId, lead)
    expectReplay(await supplier.ingest(campaignId, lead), first)
    expectReplay(await supplier.ingest(campaignId, Object.fromEntries(Object.entries(lead).reverse())), first)
    expect(postsOf(lead)).toHaveLength(1)
  })

  it('is another lead with another body', async () => {
    const { supplier, campaignId } = market
    const lead = freshLead()
    const one = await supplier.ingest(campaignId, lead)
    const two = await supplier.ingest(campaignId, { ...lead, note: 'again' })
    expect(one.body.data.id).not.toBe(two.body.data.id)
  })

  it('sent by twenty at once has one effect and one answer', async () => {
    const lead = freshLead()
    const replies = await Promise.all(Array.from({ length: 20 }, () => market.supplier.ingest(market.campaignId, lead)))
    expectOneEffect(replies)
    expect(postsOf(lead)).toHaveLength(1)
  })
})

describe('an answer that was given', () => {
  it('is given again after the campaign was paused, the supplier unlinked or the fields changed; new leads are not taken', async () => {
    const { supplier, campaignId } = await openOne()
    const [lead, key] = [freshLead(), freshKey()]
    const first = await supplier.ingest(campaignId, lead, keyed(key))
    const withToken = { ...PINGED, ...freshLead(), flo_ping_id: await supplier.pingId(campaignId, PINGED) }
    const second = await supplier.ingest(campaignId, withToken)
    const plain = freshLead()
    const third = await supplier.ingest(campaignId, plain)
    const expectAllReplayed = async () => {
      expectReplay(await supplier.ingest(campaignId, lead, keyed(key)), first)
      expectReplay(await supplier.ingest(campaignId, withToken), second)
      expectReplay(await supplier.ingest(campaignId, plain), third)
    }

    const path = `/v1/campaigns/${campaignId}`
    await operator.patch(path, { fields: [...CONTACT_FIELDS, { name: 'vin', type: 'string', required: true }] })
    expectProblem(await supplier.ingest(campaignId, freshLead()), [422, 'invalid_payload'])
    await expectAllReplayed()

    await operator.patch(path, { status: 'paused' })
    expectProblem(await supplier.ingest(campaignId, freshLead()), [409, 'inactive_campaign'])
    await expectAllReplayed()

    await operator.call('DELETE', `${path}/suppliers/${supplier.id}`)
    expectProblem(await supplier.ingest(campaignId, freshLead()), [403, 'unauthorized'])
    await expectAllReplayed()
  })
})

/** All have the first one's bytes, and all but one are its replays. */
function expectOneEffect(replies: readonly LeadReply[]): void {
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([201]))
  expect(new Set(replies.map(({ text }) => text)).size).toBe(1)
  expect(replies.filter(({ headers }) => headers.get('idempotent-replayed') === null)).toHaveLength(1)
}

/** A payload that claims a year more. */
function relive(payload: string): string {
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
  return Buffer.from(JSON.stringify({ ...claims, exp: claims.exp + 31_536_000_000 })).toString('base64url')
}
