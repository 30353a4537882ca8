/** An auction as a table that a person enjoys reading: at most 100 columns, and whole without any colour. */
import { DEMO_BUYERS } from './buyers.ts'
import type { Paint } from './paint.ts'
import type { DemoAuction, DemoBid } from './sale.ts'

export interface ReportRequest {
  readonly auction: DemoAuction
  readonly supplier: { readonly name: string; readonly terms: string }
  readonly paint: Paint
}

const NAME_WIDTH = 18
const CHARACTER_WIDTH = 18
const AMOUNT_WIDTH = 8
const TIME_WIDTH = 8
const BAR_WIDTH = 14
const OUTCOME_WIDTH = 24

const CLOSE_WORDS: { readonly [cause: string]: string } = {
  all_answered: 'every buyer had answered or used up its time',
  window_over: 'the bid window was over',
  unbeatable: 'nobody still out could have beaten the best bid',
}

/** @returns lines, without line ends */
export function reportAuction({ auction, supplier, paint }: ReportRequest): readonly string[] {
  const longest = Math.max(1, ...auction.bids.map(({ duration_ms }) => duration_ms ?? 0))
  const header = row({
    mark: ' ',
    name: 'buyer',
    character: '',
    amount: 'bid',
    time: 'time',
    bar: '',
    outcome: 'outcome',
  })
  const lines = [
    `${paint.bold(`Auction ${auction.id}`)}`,
    '',
    paint.dim(header),
    paint.dim('─'.repeat(header.trimEnd().length + OUTCOME_WIDTH - 'outcome'.length)),
    ...[...auction.bids].sort(byRank).map((bid) => bidLine(bid, { auction, longest, paint })),
    '',
  ]
  return [...lines, ...moneyLines({ auction, supplier, paint }), '', ...timeLines(auction, paint)]
}

/** The winner, then by bid, then by who answered first. */
function byRank(left: DemoBid, right: DemoBid): number {
  const won = Number(right.result === 'won') - Number(left.result === 'won')
  const bid = (right.amount ?? -1) - (left.amount ?? -1)
  return won || bid || (left.duration_ms ?? Number.MAX_VALUE) - (right.duration_ms ?? Number.MAX_VALUE)
}

interface Surroundings {
  readonly auction: DemoAuction
  readonly longest: number
  readonly paint: Paint
}

function bidLine(bid: DemoBid, { auction, longest, paint }: Surroundings): string {
  const hasWon = bid.result === 'won'
  const line = row({
    mark: hasWon ? '★' : ' ',
    name: bid.buyer_name ?? 'unknown',
    character: DEMO_BUYERS.find(({ name }) => name === bid.buyer_name)?.character ?? '',
    amount: bid.amount === null ? '–' : money(bid.amount),
    time: bid.duration_ms === null ? '–' : `${Math.round(bid.duration_ms)} ms`,
    bar: barOf(bid, longest),
    outcome: outcomeOf(bid, auction),
  })
  if (hasWon) return paint.win(line)
  return bid.amount === null ? paint.dim(line) : line
}

function barOf({ duration_ms, reason }: DemoBid, longest: number): string {
  if (duration_ms === null) return ''
  const length = Math.max(1, Math.round((duration_ms / longest) * BAR_WIDTH))
  return (reason === 'timed_out' ? '░' : '█').repeat(length)
}

function outcomeOf(bid: DemoBid, auction: DemoAuction): string {
  if (bid.result === 'won') return 'won the lead'
  switch (bid.reason) {
    case 'outbid':
      return `outbid by ${money(bestOf(auction) - (bid.amount ?? 0))}`
    case 'declined':
      return bid.detail === null ? 'declined' : `no: ${bid.detail}`
    case 'timed_out':
      return 'did not answer in time'
    case null:
      return 'not known yet'
    default:
      return bid.reason.replaceAll('_', ' ')
  }
}

function bestOf({ bids }: DemoAuction): number {
  return bids.find(({ result }) => result === 'won')?.amount ?? 0
}

function moneyLines({ auction, supplier, paint }: ReportRequest): readonly string[] {
  const winner = auction.bids.find(({ result }) => result === 'won')
  if (winner === undefined) return [`Not sold: ${auction.status}.`]
  const { currency, revenue, payout, profit, margin_percent } = auction
  const amount = (label: string, value: number, words: string) =>
    `  ${label.padEnd(8)}${money(value).padStart(AMOUNT_WIDTH)} ${currency}   ${words}`.trimEnd()
  return [
    amount('revenue', revenue, `${winner.buyer_name} pays`),
    amount('payout', payout, `${supplier.name} is paid ${supplier.terms}`),
    paint.win(amount('profit', profit, `margin ${margin_percent ?? 0} %`)),
  ]
}

function timeLines(auction: DemoAuction, paint: Paint): readonly string[] {
  const post = auction.bids.find(({ result }) => result === 'won')?.post ?? null
  const { closed_at_ms, close_cause, close_to_post_ms } = auction
  if (closed_at_ms === null) return []
  const why = CLOSE_WORDS[close_cause ?? ''] ?? close_cause ?? ''
  const closed = `  closed after ${Math.round(closed_at_ms)} ms: ${why}`
  if (post === null || post.ended_at_ms === null || close_to_post_ms === null) return [closed]
  const buyerMs = Math.round(post.ended_at_ms - post.started_at_ms)
  const total = paint.bold(`${Math.round(close_to_post_ms)} ms from close to the buyer's 201`)
  return [closed, `  ${total}, ${buyerMs} ms of them at the buyer (its lead ${post.reference ?? 'has no id'})`]
}

interface Row {
  readonly mark: string
  readonly name: string
  readonly character: string
  readonly amount: string
  readonly time: string
  readonly bar: string
  readonly outcome: string
}

function row({ mark, name, character, amount, time, bar, outcome }: Row): string {
  const cells = [
    mark,
    cellOf(name, NAME_WIDTH),
    cellOf(character, CHARACTER_WIDTH),
    amount.padStart(AMOUNT_WIDTH),
    time.padStart(TIME_WIDTH),
    ` ${cellOf(bar, BAR_WIDTH)}`,
    cellOf(outcome, OUTCOME_WIDTH),
  ]
  return cells.join(' ').trimEnd()
}

function cellOf(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width)
}

function money(amount: number): string {
  return amount.toFixed(2)
}
