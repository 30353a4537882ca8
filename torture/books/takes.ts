/** The buyers' book: nobody has a lead twice or too many have it, and every take is a sale at the price that was bid. */
import { type Book, buyerOf, type Evidence, phonesOf, sumOf } from './book.ts'

export const takesBook: Book = function* (evidence) {
  const { takes } = evidence.world
  for (const name of takes.altered) yield `a post came again with another body: ${name}`
  yield* soldTwice(evidence)
  yield* takesAndSales(evidence)
  yield* limits(evidence)
}

function* soldTwice({ world, told }: Evidence): Iterable<string> {
  const leads = new Map(world.clients.leads.map((lead) => [lead.phone, lead]))
  const ids = new Map(told.leads.map(({ id, fields }) => [fields?.phone, id]))
  for (const [phone, takes] of Map.groupBy(world.takes.takes, (take) => take.phone)) {
    const buyers = takes.map(({ buyer }) => buyer)
    const most = leads.get(phone)?.campaign.maxSells ?? 0
    if (takes.length > most)
      yield `lead ${ids.get(phone)} (${phone}) may be SOLD ${most} times and was taken by ${buyers}`
    if (new Set(buyers).size < buyers.length)
      yield `lead ${ids.get(phone)} (${phone}) was SOLD TWICE to one of ${buyers}`
  }
}

/** In both directions, joined by person and buyer. */
function* takesAndSales(evidence: Evidence): Iterable<string> {
  const { world, kept } = evidence
  const phones = phonesOf(evidence)
  const sales = new Map(
    kept.ledger.map((row) => [`${phones.get(row.lead_id)} ${buyerOf(evidence, row.buyer_id)}`, row]),
  )
  const taken = new Set<string>()
  for (const { phone, buyer, priceMicros } of world.takes.takes) {
    const name = `${phone} ${buyer}`
    taken.add(name)
    const sale = sales.get(name)
    if (sale === undefined)
      yield `${buyer} has the lead of ${phone} for ${priceMicros} micros, and the ledger has no such sale`
    else if (sale.revenue_micros !== priceMicros) {
      yield `lead ${sale.lead_id}: ${buyer} took it for ${priceMicros} micros and is charged ${sale.revenue_micros}`
    }
  }
  for (const [name, { lead_id, revenue_micros }] of sales) {
    if (!taken.has(name)) yield `lead ${lead_id} is charged with ${revenue_micros} micros, and was not taken: ${name}`
  }
}

function* limits({ world }: Evidence): Iterable<string> {
  for (const [buyer, takes] of Map.groupBy(world.takes.takes, (take) => take.buyer)) {
    const cap = world.market.caps[buyer] ?? Number.POSITIVE_INFINITY
    if (takes.length > cap) yield `${buyer} may have ${cap} leads and took ${takes.length}`
    const credit = world.market.credits[buyer] ?? 0
    const spent = sumOf(takes, ({ priceMicros }) => priceMicros)
    if (spent > credit) yield `${buyer} has a balance of ${credit} micros and took leads for ${spent}`
  }
}
