/**
 * Buyers in shapes that no preset knows, each connected over the API with data alone, and each sold a lead.
 *
 * A buyer here is a real server. What it is sent is checked to the letter; a yes must sell, a no must not, and a trial must
 * read both as the auction does.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BuyerContractInput } from '../../src/contracts/buyer-contract'
import type { BuyerTrialReport } from '../../src/contracts/buyer-trial'
import { Operator } from '../support/gavel-client'
import { answer, HttpBuyer, type Manner, type ReceivedCall } from '../support/http-buyer'
import { CONTACT_FIELDS, freshLead, openMarket } from '../support/market'
import { OPERATOR_KEY, ServedGavel } from '../support/served-gavel'

let gavel: ServedGavel
let operator: Operator

beforeAll(async () => {
  gavel = await ServedGavel.start()
  operator = new Operator(gavel.url, OPERATOR_KEY)
})

afterAll(async () => {
  await gavel?.[Symbol.asyncDispose]()
})

const LEAD = { state: 'TX', zip: '77002', last_name: "O'Brien & <Sons>", city: 'San José' }
const FIELDS = [
  ...CONTACT_FIELDS,
  { name: 'city', type: 'string' },
  { name: 'state', type: 'state' },
  { name: 'zip', type: 'zip' },
]

/** One way of answering, and what must come of it. */
interface Answered {
  readonly as: Manner
  /** Why there is no bid, or no sale; left out where it is a yes. */
  readonly reason?: string
}

interface OddBuyer {
  readonly ping: Omit<NonNullable<BuyerContractInput['ping']>, 'request'> & { readonly request?: object }
  readonly post: Omit<BuyerContractInput['post'], 'request'> & { readonly request?: object }
  /** The yes that the ping is answered with, and the price that it names. */
  readonly bid: Manner
  readonly price: number
  readonly sold: Manner
  readonly noBids: { readonly [what: string]: Manner }
  readonly noSales: { readonly [what: string]: Answered }
  readonly redirectUrl?: string
  /** What the buyer must have been sent. */
  readonly sent: { readonly ping: Sent; readonly post: Sent }
}

type Sent = Partial<Pick<ReceivedCall, 'method' | 'path' | 'body'>>

const text = (body: string, type = 'text/plain'): Manner => answer(200, body, type)
const json = (body: unknown): Manner => answer(200, body)
const xml = (body: string): Manner => answer(200, body, 'text/xml; charset=utf-8')
const escaped = (markup: string) => markup.replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const wrapped = (inner: string) =>
  xml(`<?xml version="1.0"?><string xmlns="http://tempuri.org/">${escaped(inner)}</string>`)

const ODD: { readonly [shape: string]: OddBuyer } = {
  'positional query strings and a line of values': {
    ping: {
      request: { format: 'query', template: 'v1|{{state}}|{{zip | slice: 0, 3}}|{{nobody}}|' },
      answer: {
        accepted: [{ op: 'regex', value: '^1\\|' }],
        price: [{ regex: '^1\\|([^|]+)' }],
        captures: { token: { regex: '^1\\|[^|]*\\|(\\w+)' } },
        reason: [{ regex: '^0\\|(.*)' }],
      },
    },
    post: {
      request: { format: 'query', template: 'v1|{{ping.token}}|{{last_name}}|{{phone}}' },
      answer: {
        duplicate: [{ op: 'regex', value: '^2\\|' }],
        accepted: [{ op: 'regex', value: '^1\\|' }],
        reference: [{ regex: '^1\\|(.+)' }],
      },
    },
    bid: text('1|14.50|tok_9\r\n'),
    price: 14.5,
    sold: text('1|L-77\r\n', 'text/html'),
    noBids: { 'a no with words': text('0|No coverage\r\n'), 'a price of words': text('1|none|x') },
    noSales: { 'a duplicate': { as: text('2|seen'), reason: 'post_rejected' } },
    sent: {
      ping: { method: 'GET', path: '/ping?v1|TX|770||', body: '' },
      post: { method: 'GET', path: '/post?v1|tok_9|O%27Brien%20%26%20%3CSons%3E|<phone>' },
    },
  },
  'XML escaped inside of XML, both ways': {
    ping: {
      request: {
        format: 'xml',
        template: { Envelope: { Ping: { '@zip': '{{zip}}', State: '{{state}}' } } },
      },
      answer: {
        accepted: [{ path: 'Ping.Result', op: 'eq', value: 'OK' }],
        price: ['Ping.Price'],
        captures: { id: 'Ping.@id' },
      },
    },
    post: {
      request: {
        format: 'xml',
        headers: { SOAPAction: '"urn:AddLead"', 'Content-Type': 'text/xml; charset=utf-8' },
        template: '<s:Body xmlns:s="urn:s"><AddLead ping="{{ping.id}}"><![CDATA[{{last_name}}]]></AddLead></s:Body>',
      },
      answer: { accepted: [{ path: 'Result.Code', op: 'eq', value: 0 }], reference: ['Result.Id'] },
    },
    bid: wrapped('<Ping id="p&amp;1"><Result>ok</Result><Price> 7.25 </Price></Ping>'),
    price: 7.25,
    sold: wrapped('<?xml version="1.0"?><Result><Code>0</Code><Id>77</Id></Result>'),
    noBids: {
      'a no': wrapped('<Ping><Result>NO</Result><Price>7.25</Price></Ping>'),
      'no price': wrapped('<Ping><Result>OK</Result></Ping>'),
    },
    noSales: { 'another code': { as: wrapped('<Result><Code>5</Code></Result>'), reason: 'post_rejected' } },
    sent: {
      ping: {
        body: '<?xml version="1.0" encoding="UTF-8"?><Envelope><Ping zip="77002"><State>TX</State></Ping></Envelope>',
      },
      post: {
        body: '<s:Body xmlns:s="urn:s"><AddLead ping="p&amp;1"><![CDATA[O\'Brien & <Sons]]>&gt;<![CDATA[]]></AddLead></s:Body>',
      },
    },
  },
  'status and price in attributes': {
    ping: {
      request: { format: 'form' },
      answer: {
        rejected: [{ path: 'result.@status', op: 'eq', value: 'rejected' }],
        accepted: [{ path: 'result.@status', op: 'eq', value: 'accepted' }],
        price: ['result.bid.@amount'],
        reason: ['result.@reason'],
      },
    },
    post: {
      request: { format: 'form', template: { ref: '{{ping.reference}}', contact: { last: '{{last_name}}' } } },
      answer: { accepted: [{ path: '@ok', op: 'eq', value: 'Y' }], reference: ['@id'] },
    },
    bid: xml('<!-- 1 --><r:result xmlns:r="urn:r" status="Accepted"><r:bid amount="$9.00"/></r:result>'),
    price: 9,
    sold: xml('<lead ok="y" id="77"/>'),
    noBids: {
      'a no': xml('<result status="Rejected" reason="No coverage"><bid amount="$9.00"/></result>'),
      'no status': xml('<result><bid amount="$9.00"/></result>'),
    },
    noSales: { 'an attribute that says no': { as: xml('<lead ok="n" id="77"/>'), reason: 'post_rejected' } },
    sent: {
      ping: { body: 'city=San%20Jos%C3%A9&state=TX&zip=77002' },
      post: { body: 'ref=&contact[last]=O%27Brien%20%26%20%3CSons%3E' },
    },
  },
  'plain ACCEPTED,<url>': {
    ping: {
      request: { template: { z: '{{zip}}' } },
      answer: { accepted: [{ op: 'regex', value: '^yes\\b' }], price: [{ regex: '^yes ([\\d.]+)' }] },
    },
    post: {
      request: { format: 'form', template: { p: '{{phone}}' } },
      answer: {
        duplicate: [{ op: 'contains', value: 'duplicate' }],
        accepted: [{ op: 'regex', value: '^accepted\\b' }],
        redirect_url: [{ regex: '^accepted,(.*)' }],
      },
    },
    bid: text('YES 12.25'),
    price: 12.25,
    sold: text('ACCEPTED,https://buyer.example/thanks?id=7,8\n', 'text/html'),
    redirectUrl: 'https://buyer.example/thanks?id=7,8',
    noBids: { 'a no': text('NO 12.25'), 'not quite a yes': text('YESTERDAY 12.25') },
    noSales: {
      'a duplicate': { as: text('DUPLICATE'), reason: 'post_rejected' },
      'not quite a yes': { as: text('UNACCEPTED,https://buyer.example/'), reason: 'post_rejected' },
    },
    sent: { ping: { body: '{"z":"77002"}' }, post: { body: 'p=<phone>' } },
  },
  'a yes by the presence of a field': {
    ping: {
      request: { template: { where: { state: '{{state}}', zips: ['{{zip}}'] }, n: 1, 'extra?': '{{nobody}}' } },
      answer: { accepted: [{ path: 'token', op: 'exists' }], price: ['cpl'], captures: { bid_token: 'token' } },
    },
    post: {
      request: { method: 'PUT', template: { t: '{{bid_token}}', who: '{{first_name}} {{last_name}}' } },
      answer: {
        rejected: [{ path: 'errors', op: 'exists' }],
        accepted: [{ path: 'lead.ref', op: 'exists' }],
        reference: ['lead.ref'],
      },
    },
    bid: json({ token: 'x-1', cpl: '4' }),
    price: 4,
    sold: json({ errors: [], lead: { ref: 'L1' } }),
    noBids: {
      'no field': json({ cpl: 4 }),
      'an empty field': json({ token: '', cpl: 4 }),
      null: json({ token: null, cpl: 4 }),
    },
    noSales: { errors: { as: json({ errors: ['zip'], lead: { ref: 'L1' } }), reason: 'post_rejected' } },
    sent: {
      ping: { body: '{"where":{"state":"TX","zips":["77002"]},"n":1}' },
      post: { method: 'PUT', body: '{"t":"x-1","who":"Maria O\'Brien & <Sons>"}' },
    },
  },
  'a yes by a price above zero, nested, as text': {
    ping: {
      request: { headers: { 'X-Zip': '{{zip}}' }, template: '{"state":"{{state | downcase}}"}' },
      answer: {
        accepted: [{ path: 'data.offers[0].price', op: 'gt', value: 0 }],
        price: ['data.offers[0].price'],
        captures: { currency: 'data.offers[0].currency' },
      },
    },
    post: {
      request: { template: { '*': 'fields', phone_number: '{{phone | digits}}' } },
      answer: { accepted: [{ path: 'result.paid.amount', op: 'gte', value: '1' }], reference: ['result.id'] },
    },
    bid: json({ data: { offers: [{ price: '$1,238.50', currency: 'usd' }, { price: '9' }] } }),
    price: 1238.5,
    sold: json({ result: { id: 77, paid: { amount: '1,238.50 USD' } } }),
    noBids: {
      zero: json({ data: { offers: [{ price: '0.00' }] } }),
      'no offers': json({ data: { offers: [] } }),
      'a negative price': json({ data: { offers: [{ price: -5 }] } }),
      'another currency': json({ data: { offers: [{ price: '9', currency: 'CAD' }] } }),
      'a price of words': json({ data: { offers: [{ price: 'free' }] } }),
    },
    noSales: { 'nothing paid': { as: json({ result: { id: 77, paid: { amount: '0' } } }), reason: 'post_rejected' } },
    sent: {
      ping: { body: '{"state":"tx"}' },
      post: {
        body: '{"first_name":"Maria","last_name":"O\'Brien & <Sons>","email":"<email>","city":"San José","state":"TX","zip":"77002","phone_number":"<phone>"}',
      },
    },
  },
  'a status that is a word in the ping and a number in the post': {
    ping: {
      request: { template: { z: '{{zip}}' } },
      answer: {
        rejected: [{ path: 'status', op: 'in', value: ['reject', 'stop'] }],
        accepted: [{ path: 'status', op: 'eq', value: 'continue' }],
        price: ['price'],
        captures: { promise: 'promise' },
      },
    },
    post: {
      request: { template: { promise: '{{ping.promise}}' } },
      answer: {
        rejected: [{ path: 'status', op: 'eq', value: 2 }],
        pending: [{ path: 'status', op: 'eq', value: 3 }],
        accepted: [{ path: 'status', op: 'eq', value: 1 }],
      },
    },
    bid: json({ status: 'continue', price: 20, promise: 'p-1' }),
    price: 20,
    sold: json({ status: '1' }),
    noBids: {
      'a no': json({ status: 'reject', price: 20 }),
      'a word never heard': json({ status: 'maybe', price: 20 }),
    },
    noSales: {
      'a no by number': { as: json({ status: 2 }), reason: 'post_rejected' },
      'a no as text': { as: json({ status: '2' }), reason: 'post_rejected' },
      'in progress': { as: json({ status: 3 }) },
      'a number never heard': { as: json({ status: 9 }) },
    },
    sent: { ping: { body: '{"z":"77002"}' }, post: { body: '{"promise":"p-1"}' } },
  },
  'several bids in a JSON text inside of JSON, with a byte-order mark': {
    ping: {
      request: { template: { z: '{{zip | slice: 0, 3}}' } },
      answer: {
        accepted: [{ path: 'd.ok', op: 'eq', value: 'T' }],
        bids: { each: 'd.bids', price: 'payout.value', reference: 'bid_id' },
        reference: ['d.ping'],
      },
    },
    post: {
      request: { url: '/post/{{ping.reference}}/{{ping.bid_reference}}', template: { p: '{{phone}}' } },
      answer: { accepted: [{ on: 'header', path: 'X-Result', op: 'eq', value: 'sold' }] },
    },
    bid: json(
      `\ufeff${JSON.stringify({
        d: JSON.stringify({
          ok: 't',
          ping: 'a/1',
          bids: [
            { bid_id: 'b1', payout: { value: '3' } },
            { bid_id: 'b2', payout: { value: '5.50' } },
          ],
        }),
      })}`,
    ),
    price: 5.5,
    sold: (response) => void response.writeHead(200, { 'x-result': 'Sold' }).end(),
    noBids: { 'no bids': json({ d: JSON.stringify({ ok: 't', bids: [] }) }), 'a no': json({ d: '{"ok":"f"}' }) },
    noSales: {
      'another header': {
        as: (response) => void response.writeHead(200, { 'x-result': 'no' }).end(),
        reason: 'post_rejected',
      },
    },
    sent: { ping: { body: '{"z":"770"}' }, post: { path: '/post/a%2F1/b2', body: '{"p":"<phone>"}' } },
  },
}

/** The contract as an operator would write it; tests go where leads go. */
function contractOf({ ping, post }: OddBuyer, url: string): BuyerContractInput {
  const pinged = { url: `${url}/ping`, test_url: `${url}/ping`, ...ping.request }
  const own = (post.request as { url?: string } | undefined)?.url ?? '/post'
  const posted = { ...post.request, url: url + own, test_url: url + own }
  return { ping: { ...ping, request: pinged }, post: { ...post, request: posted } }
}

describe.each(Object.entries(ODD))('%s', (_, odd) => {
  let buyer: HttpBuyer
  let market: Awaited<ReturnType<typeof openMarket>>

  beforeAll(async () => {
    buyer = await HttpBuyer.start()
    market = await openMarket(operator, { campaign: { fields: FIELDS }, buyers: { odd: contractOf(odd, buyer.url) } })
  })
  afterAll(async () => {
    await buyer?.close()
  })

  const sell = async (ping: Manner, post: Manner) => {
    buyer.forget()
    buyer.whenPinged(ping).whenPosted(post)
    const lead = freshLead(LEAD)
    const { status, body } = await market.supplier.ingest(market.campaignId, lead)
    const [bid] = (await operator.auctionOf(body.data.id)).bids
    return { status, data: body.data, bid, lead }
  }
  const tryOut = async (ping: Manner, post: Manner) => {
    buyer.whenPinged(ping).whenPosted(post)
    const path = `/v1/campaigns/${market.campaignId}/buyers/${market.buyerIds.odd}/try`
    return (await operator.post<BuyerTrialReport>(path, { send: 'test', lead: LEAD })).body
  }

  it('is sold a lead, in its own words', async () => {
    const { status, data, bid, lead } = await sell(odd.bid, odd.sold)
    expect([status, data.status, data.buyer_id]).toEqual([201, 'ACCEPTED', market.buyerIds.odd])
    expect(data.redirect_url).toBe(odd.redirectUrl ?? null)
    expect(bid).toMatchObject({ result: 'won', amount: odd.price })
    const filled = (sent: Sent) =>
      Object.fromEntries(
        Object.entries(sent).map(([name, value]) => [
          name,
          value.replace('<phone>', lead.phone).replace('<email>', lead.email),
        ]),
      )
    expect([buyer.pings, buyer.posts]).toMatchObject([[filled(odd.sent.ping)], [filled(odd.sent.post)]])
  })

  it('is read by a trial as by the auction', async () => {
    const report = await tryOut(odd.bid, odd.sold)
    expect(report.ping).toMatchObject({ outcome: 'accepted', verdict: { result: 'bid' } })
    expect(report.bid).toMatchObject({ amount: odd.price, source: 'answer', passes: true })
    expect(report.post).toMatchObject({ outcome: 'accepted', verdict: { result: 'sold' } })
  })

  it.each(Object.entries(odd.noBids))('is sold nothing after %s to the ping', async (_what, ping) => {
    const { data, bid } = await sell(ping, odd.sold)
    expect([data.status, bid?.result, buyer.posts]).toEqual(['UNMATCHED', 'lost', []])
    const report = await tryOut(ping, odd.sold)
    expect([report.ping?.verdict?.reason, report.bid.passes]).toEqual([bid?.reason, false])
  })

  it.each(Object.entries(odd.noSales))('is sold nothing after %s to the post', async (_what, { as, reason }) => {
    const { data, bid } = await sell(odd.bid, as)
    expect([data.status, bid?.result]).toEqual(reason === undefined ? ['PENDING', 'pending'] : ['UNMATCHED', 'lost'])
    if (reason !== undefined) expect(bid?.reason).toBe(reason)
    const { post } = await tryOut(odd.bid, as)
    expect(post.verdict?.result).toBe(reason === undefined ? 'unknown' : 'unsold')
  })
})
