/** What a torture came to, in figures: what happened, what agreed, and what the zero proves. */
import type { Evidence } from './books/book.ts'
import { FAULTS } from './buyers/manners.ts'
import type { Lives } from './lives.ts'
import type { TortureOptions } from './options.ts'

/** Of a thing that never happened in N tries, the rate is below 3/N with 95 % confidence. */
const RULE_OF_THREE = 3

export interface Figures {
  readonly kills: number
  readonly killsWhileStarting: number
  readonly lives: number
  readonly leadsSent: number
  readonly leadsAcknowledged: number
  readonly answeredAfterAKill: number
  readonly repeatsByteForByte: number
  readonly takes: number
  readonly copiesToBuyers: number
  readonly sales: number
  readonly resolvedByHand: { readonly sold: number; readonly notSold: number }
  readonly retriesThatResolved: number
  readonly refusedForLimits: number
  readonly webhookEvents: number
  readonly webhookSendings: number
  readonly faults: { readonly [manner: string]: number }
  readonly mismatches: number
}

export function figuresOf({ world, told, kept }: Evidence, lives: Lives, mismatches: readonly string[]): Figures {
  const { clients, takes, resolver, receivers } = world
  const posts = [...told.auctions].flatMap(([leadId, { bids }]) => bids.map((bid) => ({ leadId, ...bid })))
  const retried = posts.filter(({ post }) => (post?.tries ?? 0) > 1)
  const hands = resolver.resolved.sold + resolver.resolved.not_sold
  const byHand = new Set([...resolver.byHand].map((name) => name.split(' ')[0]))
  return {
    kills: lives.kills,
    killsWhileStarting: lives.killsWhileStarting,
    lives: lives.startsMs.length,
    leadsSent: clients.leads.filter(({ postedAt }) => postedAt !== null).length,
    leadsAcknowledged: clients.acknowledged.length,
    answeredAfterAKill: clients.answeredLater,
    repeatsByteForByte: clients.repeats,
    takes: takes.takes.length,
    copiesToBuyers: takes.copies,
    sales: kept.ledger.length,
    resolvedByHand: { sold: resolver.resolved.sold, notSold: hands - resolver.resolved.sold },
    retriesThatResolved: retried.filter(({ leadId }) => !byHand.has(leadId)).length,
    refusedForLimits: posts.filter(({ reason }) => reason === 'capped' || reason === 'out_of_budget').length,
    webhookEvents: receivers.reduce((sum, { taken }) => sum + taken.size, 0),
    webhookSendings: receivers.reduce((sum, { sendings }) => sum + sendings, 0),
    faults: Object.fromEntries(FAULTS.map((manner) => [manner, takes.manners.get(manner) ?? 0])),
    mismatches: mismatches.length,
  }
}

/** @returns the report for people, line by line */
export function reportOf(figures: Figures, { seed }: TortureOptions, mismatches: readonly string[]): readonly string[] {
  const { faults, resolvedByHand, ...rest } = figures
  const row = (name: string, value: number) => `  ${name.padEnd(36)} ${String(value).padStart(9)}`
  const lines = [
    `seed ${seed}`,
    row('kills', rest.kills),
    row('of them before the server was ready', rest.killsWhileStarting),
    row('lives under load', rest.lives),
    row('leads sent', rest.leadsSent),
    row('leads acknowledged', rest.leadsAcknowledged),
    row('answered when asked after a kill', rest.answeredAfterAKill),
    row('repeats answered byte for byte', rest.repeatsByteForByte),
    row('leads taken by buyers', rest.takes),
    row('copies of posts, the same bytes', rest.copiesToBuyers),
    row('sales in the ledger', rest.sales),
    row('unknowns that retries resolved', rest.retriesThatResolved),
    row('unknowns resolved by hand: sold', resolvedByHand.sold),
    row('unknowns resolved by hand: not sold', resolvedByHand.notSold),
    row('awards refused: cap or balance', rest.refusedForLimits),
    row('webhook events delivered', rest.webhookEvents),
    row('webhook sendings taken or refused', rest.webhookSendings),
    ...Object.entries(faults).map(([manner, count]) => row(`posts: ${manner}`, count)),
  ]
  return [...lines, '', ...verdictOf(figures, mismatches)]
}

const MOST_SHOWN = 50

function verdictOf({ kills, leadsAcknowledged }: Figures, mismatches: readonly string[]): readonly string[] {
  if (mismatches.length > 0) {
    const more = mismatches.length - MOST_SHOWN
    return [
      `THE BOOKS DO NOT AGREE, ${mismatches.length} times:`,
      ...mismatches.slice(0, MOST_SHOWN),
      ...(more > 0 ? [`… and ${more} more`] : []),
    ]
  }
  return [
    'All books agree to the last micro.',
    `None of ${leadsAcknowledged} acknowledged leads was lost or sold twice, in any of ${kills} kills: with 95 % confidence fewer than`,
    `3 in ${leadsAcknowledged} leads (${perMillion(leadsAcknowledged)} in a million) and 3 in ${kills} kills ` +
      `(${((RULE_OF_THREE / kills) * 100).toFixed(2)} %) come to harm like that.`,
  ]
}

function perMillion(count: number): number {
  return count === 0 ? 1_000_000 : Math.ceil((RULE_OF_THREE / count) * 1_000_000)
}
