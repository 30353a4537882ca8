/** The suppliers' book: what was acknowledged is there, as it was told or as it could become since. */
import { microsOf } from '../money.ts'
import { type Book, type Evidence, phonesOf } from './book.ts'

export const clientsBook: Book = function* (evidence) {
  const { world } = evidence
  for (const words of world.clients.unexpected) yield words
  yield* acknowledgedLeads(evidence)
  yield* refusedLeads(evidence)
  yield* onePersonEach(evidence)
}

function* acknowledgedLeads(evidence: Evidence): Iterable<string> {
  const { told, kept } = evidence
  const rows = new Map(kept.leads.map((row) => [row.id, row]))
  const phones = phonesOf(evidence)
  const ids = new Set<string>()
  for (const { acknowledged, phone, campaign, promised } of evidence.world.clients.acknowledged) {
    const { leadId, outcome, price } = acknowledged
    const row = rows.get(leadId)
    if (ids.has(leadId)) yield `lead ${leadId} was acknowledged to two requests`
    ids.add(leadId)
    if (row === undefined) {
      yield `lead ${leadId} (${phone}) was acknowledged as ${outcome} and is LOST: the database does not have it`
      continue
    }
    if (phones.get(leadId) !== phone)
      yield `lead ${leadId} is about ${phones.get(leadId)}, and was acknowledged for ${phone}`
    if (row.status === 'pending') yield `lead ${leadId} never came to its end`
    if (outcome === 'unsold' && row.status !== 'unsold') yield `lead ${leadId} was told unsold and is ${row.status}`
    if (outcome === 'sold') {
      const paid = microsOf(price ?? 0)
      // A second sale may have been learned of later.
      const isPaid = campaign.maxSells === 1 ? row.payout_micros === paid : row.payout_micros >= paid
      if (row.status !== 'sold' || !isPaid) {
        yield `lead ${leadId} was told sold for ${paid} micros and is ${row.status} for ${row.payout_micros}`
      }
    }
    if (promised !== null && row.status === 'sold' && row.payout_micros < microsOf(promised)) {
      yield `lead ${leadId} was promised ${promised} and is paid ${row.payout_micros} micros`
    }
    yield* shownAs(told.shown.get(leadId), acknowledged.text, row)
  }
}

/** The supplier's own view says what the answer said; of what was pending, what became of it. */
function* shownAs(
  shown: string | undefined,
  answered: string,
  row: { readonly id: string; readonly status: string; readonly payout_micros: number },
): Iterable<string> {
  if (shown === undefined) return
  const { data } = JSON.parse(shown)
  const first = JSON.parse(answered).data
  const status = row.status === 'sold' ? 'ACCEPTED' : 'UNMATCHED'
  if (data?.status !== status) yield `lead ${row.id} is ${row.status}, and its supplier is shown ${shown}`
  const price = row.status === 'sold' ? row.payout_micros : 0
  if (data !== undefined && microsOf(data.price ?? 0) !== price) yield `lead ${row.id}: ${price} micros, shown ${shown}`
  const isSame =
    first.status === 'PENDING' || first.price !== data?.price || JSON.stringify(first) === JSON.stringify(data)
  if (!isSame) yield `lead ${row.id} was answered ${answered}, and is shown ${shown}`
}

/** Who was told no for good must not be sold. */
function* refusedLeads({ world }: Evidence): Iterable<string> {
  const refused = new Map(
    world.clients.leads.flatMap((lead) => (lead.refusal === null ? [] : [[lead.phone, lead.refusal]])),
  )
  for (const { phone, buyer } of world.takes.takes) {
    if (refused.has(phone)) yield `the lead of ${phone} was refused (${refused.get(phone)}), and ${buyer} has it`
  }
}

/** Each request is one lead: a person that two leads are about was sold twice, or may be. */
function* onePersonEach(evidence: Evidence): Iterable<string> {
  const sent = new Set(evidence.world.clients.leads.map(({ phone }) => phone))
  const seen = new Map<string, string>()
  for (const [leadId, phone] of phonesOf(evidence)) {
    if (!sent.has(phone)) yield `lead ${leadId} is about ${phone}, of whom nothing was sent`
    if (seen.has(phone)) yield `leads ${leadId} and ${seen.get(phone)} are about the same person ${phone}`
    seen.set(phone, leadId)
  }
}
