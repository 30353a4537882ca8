/** The webhooks' book: every event of a change was delivered under one id, and tells what the ledger says. */

import { SUPPLIERS } from '../market/plan.ts'
import { microsOf } from '../money.ts'
import type { ReceivedEvent } from '../webhooks/receiver.ts'
import { HOOKED } from '../world.ts'
import { type Book, buyerOf, type Evidence } from './book.ts'

export const webhooksBook: Book = function* (evidence) {
  const { kept, world } = evidence
  for (const { status, type, event_id } of kept.deliveries) {
    if (status !== 'delivered') yield `event ${event_id} (${type}) is ${status}`
  }
  if (kept.deadLetters > 0) yield `${kept.deadLetters} dead letters`
  for (const { owner, taken } of world.receivers) {
    const received = new Map<string, ReceivedEvent>()
    for (const event of taken.values()) {
      const name = nameOf(event)
      if (received.has(name)) yield `${owner} was told ${name} under two ids`
      received.set(name, event)
    }
    const expected = expectedOf(evidence, owner)
    for (const [name, price] of expected) {
      const event = received.get(name)
      if (event === undefined) yield `${owner} was never told ${name}`
      else if (price !== null && microsOf(Number(event.data.price)) !== price) {
        yield `${owner} was told ${name} for ${event.data.price}, not ${price} micros`
      }
    }
    for (const [name, { type }] of received) {
      // A cap may have been full with what was not sold in the end.
      if (!expected.has(name) && type !== 'buyer.cap_reached') yield `${owner} was told ${name}, which is not so`
    }
  }
}

function nameOf({ type, data }: ReceivedEvent): string {
  if (type === 'lead.sold') return `${type} ${data.lead_id} ${data.buyer_id ?? microsOf(Number(data.price))}`
  return `${type} ${data.lead_id ?? data.buyer_id}`
}

/** @returns every event that the owner must have been told, with its price in micros where it has one */
function expectedOf(evidence: Evidence, owner: string): ReadonlyMap<string, number | null> {
  const { kept, world } = evidence
  const supplier = SUPPLIERS.find(({ name }) => name === HOOKED.supplier)
  const supplierId = supplier && world.market.supplierOf(supplier).id
  const buyerId = world.market.buyerIds[HOOKED.buyer]
  const expected = new Map<string, number | null>()
  for (const row of kept.ledger) {
    const { lead_id, revenue_micros, payout_micros } = row
    // A supplier is not told who bought.
    if (owner === 'operator') expected.set(`lead.sold ${lead_id} ${row.buyer_id}`, revenue_micros)
    if (owner === 'supplier' && row.supplier_id === supplierId) {
      expected.set(`lead.sold ${lead_id} ${payout_micros}`, payout_micros)
    }
    if (owner === 'buyer' && row.buyer_id === buyerId)
      expected.set(`lead.sold ${lead_id} ${row.buyer_id}`, revenue_micros)
  }
  for (const { id, status, supplier_id } of kept.leads) {
    const isTold = owner === 'operator' || (owner === 'supplier' && supplier_id === supplierId)
    if (status === 'unsold' && isTold) expected.set(`lead.unmatched ${id}`, null)
  }
  if (owner === 'operator') for (const id of reachedCaps(evidence)) expected.set(`buyer.cap_reached ${id}`, null)
  return expected
}

function reachedCaps(evidence: Evidence): readonly string[] {
  const { kept, world } = evidence
  const sales = Map.groupBy(kept.ledger, ({ buyer_id }) => buyerOf(evidence, buyer_id))
  return Object.entries(world.market.caps).flatMap(([buyer, cap]) =>
    (sales.get(buyer)?.length ?? 0) >= cap ? [world.market.buyerIds[buyer] ?? ''] : [],
  )
}
