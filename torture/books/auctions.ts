/** The auctions' book: each is settled, and what it says was won is what the ledger has. */
import { microsOf } from '../money.ts'
import { type Book, buyerOf } from './book.ts'

export const auctionsBook: Book = function* (evidence) {
  const { told, kept, world } = evidence
  const sales = Map.groupBy(kept.ledger, ({ lead_id }) => lead_id)
  const references = new Map(world.takes.takes.map(({ buyer, phone, reference }) => [`${phone} ${buyer}`, reference]))
  for (const { id, fields } of told.leads) {
    const auction = told.auctions.get(id)
    if (auction === undefined || auction.lead_id !== id) {
      yield `lead ${id}: its auction does not know it`
      continue
    }
    if (auction.phase !== 'settled') yield `lead ${id}: its auction is ${auction.phase}`
    const won = auction.bids.filter(({ result }) => result === 'won')
    const open = auction.bids.filter(({ post }) => post?.outcome === 'unknown' || post?.outcome === 'posting')
    if (open.length > 0) yield `lead ${id}: a post of its auction is ${open[0]?.post?.outcome}`
    const inAuction = won.map((bid) => `${bid.buyer_id} ${microsOf(bid.amount ?? 0)}`).sort()
    const inLedger = (sales.get(id) ?? []).map((row) => `${row.buyer_id} ${row.revenue_micros}`).sort()
    if (inAuction.join() !== inLedger.join()) yield `lead ${id}: won by ${inAuction}, and the ledger has ${inLedger}`
    for (const { buyer_id, post } of won) {
      const reference = references.get(`${fields?.phone} ${buyerOf(evidence, buyer_id)}`)
      if (post?.reference !== reference)
        yield `lead ${id}: the buyer calls it ${reference}, its auction ${post?.reference}`
    }
  }
}
