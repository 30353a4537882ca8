/** The client log: every lead that a supplier sent, and what it was told of it. */
import type { Journal } from '../journal.ts'
import type { CampaignPlan, Channel, SupplierPlan } from '../market/plan.ts'

export interface Acknowledgement {
  readonly status: 201 | 202
  /** As it came. */
  readonly text: string
  readonly leadId: string
  readonly outcome: 'sold' | 'unsold' | 'pending'
  /** What the supplier is paid, as it was told; null where nothing was sold then. */
  readonly price: number | null
}

/** How a lead ended without an acknowledgement, by a clear word; nobody may have taken it then. */
export type Refusal = 'no_bid' | 'bid_expired'

export interface Lead {
  readonly number: number
  /** Of one person only: this is what the books are joined by. */
  readonly phone: string
  readonly campaign: CampaignPlan
  readonly supplier: SupplierPlan
  readonly channel: Channel
  /** Its Idempotency-Key; null where the supplier sends none. */
  readonly key: string | null
  /** Whether the supplier asks again after a cut connection. */
  readonly asksAgain: boolean
  /** What is posted, from the first post on always the same bytes. */
  body: string | null
  /** When it was posted first, ms since 1970; null as long as it was only pinged. */
  postedAt: number | null
  /** What a ping promised the supplier. */
  promised: number | null
  acknowledged: Acknowledgement | null
  refusal: Refusal | null
  isUnderWay: boolean
}

export class ClientLog {
  readonly leads: Lead[] = []
  /** Answers that no supplier should ever get, in words. */
  readonly unexpected: string[] = []
  /** Of what was acknowledged before, how many repetitions were answered, each byte for byte. */
  repeats = 0
  /** Posts that were answered only when asked again after a kill. */
  answeredLater = 0
  readonly #journal: Journal

  constructor(journal: Journal) {
    this.#journal = journal
  }

  add(lead: Lead): void {
    this.leads.push(lead)
    const { number, phone, campaign, channel, key } = lead
    this.#journal.write('clients', { sent: number, phone, campaign: campaign.name, channel, key })
  }

  acknowledge(lead: Lead, acknowledgement: Acknowledgement): void {
    lead.acknowledged = acknowledgement
    this.#journal.write('clients', { answered: lead.number, ...acknowledgement })
  }

  refuse(lead: Lead, refusal: Refusal): void {
    lead.refusal = refusal
    this.#journal.write('clients', { refused: lead.number, refusal })
  }

  surprise(words: string): void {
    this.unexpected.push(words)
    this.#journal.write('clients', { unexpected: words })
  }

  get acknowledged(): readonly (Lead & { readonly acknowledged: Acknowledgement })[] {
    return this.leads.filter((lead): lead is Lead & { acknowledged: Acknowledgement } => lead.acknowledged !== null)
  }

  /** @returns leads whose suppliers wait for an answer and will ask again */
  unanswered(now: number): readonly Lead[] {
    return this.leads.filter((lead) => isOpen(lead) && !lead.isUnderWay && mayAskAgain(lead, now))
  }
}

/** Without any key, the same body is the same request for a minute; later it would be a second lead, and rightly so. */
const KEYLESS_MS = 40_000

function isOpen({ acknowledged, refusal }: Lead): boolean {
  return acknowledged === null && refusal === null
}

export function mayAskAgain({ asksAgain, channel, key, postedAt }: Lead, now: number): boolean {
  if (!asksAgain) return false
  return channel !== 'direct' || key !== null || postedAt === null || now - postedAt < KEYLESS_MS
}
