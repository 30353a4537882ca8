/** `GET /v1/reports/bids`: how buyers answer: how often they bid, win, how much, how fast, and why not. */
import { z } from '@hono/zod-openapi'
import { checkPeriod, periodMembers } from './period'

const idFilter = z.string('id').min(1, 'id').max(100, 'id').optional()

export const bidsQuerySchema = z
  .object({ ...periodMembers, campaign_id: idFilter, supplier_id: idFilter, buyer_id: idFilter })
  .superRefine(checkPeriod)

const rate = (description: string) =>
  z
    .number()
    .nullable()
    .openapi({ description: `${description} Percent; null of nothing.`, example: 62.5 })
const ms = z.number().nullable()
const count = (description: string) => z.number().int().openapi({ description })

const measures = {
  auctions: count('In which the buyer could have taken part.'),
  pings: count('That it was sent.'),
  bids: count('Prices that it offered, or that its contract offered for it.'),
  wins: count('Leads that it bought.'),
  timeouts: count('Pings that it did not answer in time.'),
  bid_rate: rate('Pings that were answered with a bid.'),
  win_rate: rate('Bids that bought the lead.'),
  average_bid: z
    .number()
    .nullable()
    .openapi({ description: 'Rounded to the micro; null without a bid.', example: 38.5 }),
  reject_reasons: z.record(z.string(), z.number().int()).openapi({
    description: 'Why it did not get leads, by reason.',
    example: { filtered: 12, timed_out: 3, outbid: 40 },
  }),
  latency_ms: z
    .object({ p50: ms, p90: ms, p95: ms, p99: ms, max: ms })
    .openapi({ description: 'From the ping to its answer, or to the end of waiting for it; null without pings.' }),
}

export const bidsReportSchema = z
  .object({
    from: z.string().openapi({ format: 'date-time' }),
    to: z.string().openapi({ format: 'date-time', description: 'The end, itself not in the report.' }),
    currency: z.string().openapi({ example: 'USD' }),
    rows: z.array(
      z.object({ buyer_id: z.string(), buyer_name: z.string().nullable(), ...measures }).openapi('BidsRow'),
    ),
    totals: z.object(measures),
  })
  .openapi('BidsReport')

export type BidsReportWire = z.input<typeof bidsReportSchema>
