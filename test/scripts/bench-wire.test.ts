import { describe, expect, it } from 'vitest'
import { BEST_BUYER, BUYERS, SLOWEST_PING_MS } from '../../bench/load/buyer-plan.ts'
import { leadFields } from '../../bench/load/leads.ts'
import { MessageReader, writeMessage } from '../../bench/load/message.ts'
import { alternate } from '../../bench/sections/alternate.ts'

const answer = writeMessage('HTTP/1.1 200 OK', { 'content-type': 'application/json' }, '{"name":"José"}')
const chunked = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n'

function bodies(text: string, pieceBytes: number): readonly string[] {
  const bytes = Buffer.from(text)
  const reader = new MessageReader()
  const read: string[] = []
  for (let from = 0; from < bytes.length; from += pieceBytes) {
    for (const { body } of reader.read(bytes.subarray(from, from + pieceBytes))) read.push(body)
  }
  return read
}

describe("messages on the load's connections", () => {
  it.each([1, 7, 1_000])('are put together from pieces of %i bytes', (pieceBytes) => {
    expect(bodies(answer + chunked + answer, pieceBytes)).toEqual(['{"name":"José"}', 'hello world', '{"name":"José"}'])
  })

  it('are not given out before they are whole', () => {
    expect(bodies(answer.slice(0, -2), 10)).toEqual([])
  })
})

describe('the load', () => {
  it('gives every lead a phone and an e-mail of its own', () => {
    const ids = { campaignId: 'camp_1', supplierId: 'sup_1' }
    const leads = Array.from({ length: 2_000 }, (_, index) => leadFields(ids, 7_000 + index))
    for (const field of ['phone', 'email']) expect(new Set(leads.map((lead) => lead[field])).size).toBe(leads.length)
  })

  it('has a best bidder that is neither the first nor the slowest', () => {
    expect(BEST_BUYER).not.toBe(0)
    expect(BUYERS[BEST_BUYER]?.delayMs).toBeLessThan(SLOWEST_PING_MS)
  })

  it('takes turns, and begins with the other side each round', async () => {
    const order: string[] = []
    const rounds = await alternate(3, async (side) => order.push(side))
    expect(order).toEqual(['gavel', 'bare', 'bare', 'gavel', 'gavel', 'bare'])
    expect(rounds).toHaveLength(3)
  })
})
