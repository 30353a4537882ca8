/**
 * Writes what auctions report into leads, ledger and rollups: the only writer of the three.
 *
 * One transaction of (as a rule) three statements for up to a hundred messages. The messages travel as one JSON value, so
 * that neither statements nor bound parameters grow with them. Every statement asks by itself which messages are newer than
 * the stored lead, and the leads are written last: a message that comes again, late or out of order finds itself not newer
 * and changes nothing. What a lead adds to a rollup is the difference to what its stored row had added.
 */
import { leadEventsOf } from '../contracts/lead-events'
import type { LeadProjection } from '../contracts/projection'
import type { WebhookWake } from '../contracts/webhook-outbox'
import type { StoredBid } from './schema/leads'
import { type EventStamps, INSERT_DELIVERIES, stamped, wakesOf } from './webhook-events'

/** D1 takes values up to 2 MB; this many UTF-16 units stay below that in any script. */
const MAX_VALUE_CHARS = 500_000

/** What the statements of the rollups and the ledger need; small, so that a batch fits into one value. */
const MESSAGES = `
  message AS (
    SELECT value ->> 'leadId' AS lead_id, value ->> 'auctionId' AS auction_id, value ->> 'sequence' AS sequence,
           value ->> 'tenantId' AS tenant_id, value ->> 'hour' AS hour, value ->> 'campaignId' AS campaign_id,
           value ->> 'supplierId' AS supplier_id, value ->> 'buyerId' AS buyer_id, value ->> 'currency' AS currency,
           value -> 'sales' AS sales
    FROM json_each(?1)
  ),
  newer AS (
    SELECT message.*, stored.sequence AS stored_sequence, stored.buyer_id AS stored_buyer_id
    FROM message LEFT JOIN leads AS stored ON stored.id = message.lead_id
    WHERE stored.sequence IS NULL OR stored.sequence < message.sequence
  ),
  sale AS (
    SELECT newer.*, value ->> 'contractId' AS sale_contract_id, value ->> 'buyerId' AS sale_buyer_id,
           value ->> 'revenueMicros' AS revenue_micros, value ->> 'payoutMicros' AS payout_micros, value ->> 'at' AS at
    FROM newer, json_each(newer.sales)
    WHERE NOT EXISTS (
      SELECT 1 FROM ledger AS booked
      WHERE booked.auction_id = newer.auction_id AND booked.contract_id = value ->> 'contractId' AND booked.kind = 'sale'
    )
  )`

const ADD_TO_ROLLUPS = `
  WITH ${MESSAGES},
  delta (tenant_id, hour, campaign_id, supplier_id, buyer_id, leads, sales, revenue_micros, payout_micros) AS (
    SELECT tenant_id, hour, campaign_id, supplier_id, coalesce(buyer_id, ''), 1, 0, 0, 0 FROM newer
    UNION ALL
    SELECT tenant_id, hour, campaign_id, supplier_id, coalesce(stored_buyer_id, ''), -1, 0, 0, 0 FROM newer
    WHERE stored_sequence IS NOT NULL
    UNION ALL
    SELECT tenant_id, hour, campaign_id, supplier_id, sale_buyer_id, 0, 1, revenue_micros, payout_micros FROM sale
  )
  INSERT INTO rollups (tenant_id, hour, campaign_id, supplier_id, buyer_id, leads, sales, revenue_micros, payout_micros)
  SELECT tenant_id, hour, campaign_id, supplier_id, buyer_id,
         sum(leads), sum(sales), sum(revenue_micros), sum(payout_micros)
  FROM delta GROUP BY 1, 2, 3, 4, 5 HAVING sum(leads) <> 0 OR sum(sales) <> 0
  ON CONFLICT DO UPDATE SET
    leads = leads + excluded.leads, sales = sales + excluded.sales,
    revenue_micros = revenue_micros + excluded.revenue_micros, payout_micros = payout_micros + excluded.payout_micros`

const ADD_TO_LEDGER = `
  WITH ${MESSAGES}
  INSERT INTO ledger (auction_id, contract_id, kind, tenant_id, lead_id, campaign_id, supplier_id, buyer_id, currency,
                      revenue_micros, payout_micros, at)
  SELECT auction_id, sale_contract_id, 'sale', tenant_id, lead_id, campaign_id, supplier_id, sale_buyer_id, currency,
         revenue_micros, payout_micros, at
  FROM sale WHERE true
  ON CONFLICT DO NOTHING`

/** One row for each endpoint that wants an event; none where nobody asked for any. */
const ADD_EVENTS = `
  WITH event_source AS (
    SELECT value ->> 'tenantId' AS tenant_id, value -> 'events' AS events
    FROM json_each(?1) LEFT JOIN leads AS stored ON stored.id = value ->> 'leadId'
    WHERE stored.sequence IS NULL OR stored.sequence < value ->> 'sequence'
  ) ${INSERT_DELIVERIES}`

/** What never changes of a lead is not set again; nor are the sealed fields, which may have been erased meanwhile. */
const PUT_LEADS = `
  INSERT INTO leads (id, tenant_id, auction_id, sequence, campaign_id, supplier_id, buyer_id, status, test, currency,
                     revenue_micros, payout_micros, reason, received_at, settled_at, close_to_post_ms, bids,
                     sealed_fields, sealed_key)
  SELECT value ->> 'leadId', value ->> 'tenantId', value ->> 'auctionId', value ->> 'sequence', value ->> 'campaignId',
         value ->> 'supplierId', value ->> 'buyerId', value ->> 'status', value ->> 'test', value ->> 'currency',
         value ->> 'revenueMicros', value ->> 'payoutMicros', value ->> 'reason', value ->> 'receivedAt',
         value ->> 'settledAt', value ->> 'closeToPostMs', value -> 'bids', value ->> 'sealedFields', value ->> 'sealedKey'
  FROM json_each(?1) WHERE true
  ON CONFLICT DO UPDATE SET
    sequence = excluded.sequence, buyer_id = excluded.buyer_id, status = excluded.status,
    revenue_micros = excluded.revenue_micros, payout_micros = excluded.payout_micros, reason = excluded.reason,
    settled_at = excluded.settled_at, close_to_post_ms = excluded.close_to_post_ms, bids = excluded.bids
  WHERE excluded.sequence > leads.sequence`

/**
 * Stores the messages: all of them, or none where this throws.
 *
 * @param messages as they came, also several of one auction
 * @param stamps for the events that the messages hold; without them, none are written
 * @returns rows written as the database bills them, indexes included, and the endpoints that have something to send
 */
export async function applyLeadProjections(
  db: D1Database,
  messages: readonly LeadProjection[],
  stamps: EventStamps | null = null,
): Promise<{ readonly rowsWritten: number; readonly wakes: readonly WebhookWake[] }> {
  if (messages.length === 0) return { rowsWritten: 0, wakes: [] }
  const newest = newestByAuction(messages)
  const countedChunks = chunks(newest.filter((message) => !message.test).map(countedPart))
  const eventChunks = stamps === null ? [] : chunks(newest.map((message) => eventPart(message, stamps)))
  const statements = [
    ...eventChunks.map((json) => db.prepare(ADD_EVENTS).bind(json)),
    ...countedChunks.map((json) => db.prepare(ADD_TO_ROLLUPS).bind(json)),
    ...countedChunks.map((json) => db.prepare(ADD_TO_LEDGER).bind(json)),
    ...chunks(newest.map(leadRow)).map((json) => db.prepare(PUT_LEADS).bind(json)),
  ]
  const results = await db.batch(statements)
  return {
    rowsWritten: results.reduce((sum, { meta }) => sum + meta.rows_written, 0),
    wakes: wakesOf(results.slice(0, eventChunks.length)),
  }
}

function newestByAuction(messages: readonly LeadProjection[]): readonly LeadProjection[] {
  const newest = new Map<string, LeadProjection>()
  for (const message of messages) {
    const other = newest.get(message.auctionId)
    if (other === undefined || other.sequence < message.sequence) newest.set(message.auctionId, message)
  }
  return [...newest.values()]
}

/** The part of a message that money and counts are made of. */
function countedPart(message: LeadProjection): object {
  const { leadId, auctionId, sequence, tenantId, campaignId, supplierId, currency, sales } = message
  const hour = message.receivedAt.slice(0, 13)
  return {
    leadId,
    auctionId,
    sequence,
    tenantId,
    hour,
    campaignId,
    supplierId,
    buyerId: firstBuyer(message),
    currency,
    sales,
  }
}

/** What the message tells of, in full: which of it is news is known where it is stored. */
function eventPart(message: LeadProjection, stamps: EventStamps): object {
  const { leadId, tenantId, sequence } = message
  return { leadId, tenantId, sequence, events: leadEventsOf(message).map((draft) => stamped(draft, stamps)) }
}

function leadRow({ sales, ...message }: LeadProjection): object {
  return {
    ...message,
    buyerId: firstBuyer({ sales }),
    revenueMicros: sales.reduce((sum, sale) => sum + sale.revenueMicros, 0),
    payoutMicros: sales.reduce((sum, sale) => sum + sale.payoutMicros, 0),
    bids: storedBids({ ...message, sales }),
  }
}

function firstBuyer({ sales }: Pick<LeadProjection, 'sales'>): string | null {
  return sales[0]?.buyerId ?? null
}

function storedBids({ bids, sales }: LeadProjection): readonly StoredBid[] {
  const sold = new Set(sales.map((sale) => sale.contractId))
  return bids.map((bid) => ({
    ...bid,
    result: sold.has(bid.contractId) ? 'won' : bid.reason === null ? 'pending' : 'lost',
  }))
}

/** @returns the values as JSON arrays, as few as fit into D1's limit for a value. */
function chunks(values: readonly object[]): readonly string[] {
  const arrays: string[] = []
  let open: string[] = []
  let openChars = 0
  for (const value of values) {
    const json = JSON.stringify(value)
    if (open.length > 0 && openChars + json.length > MAX_VALUE_CHARS) {
      arrays.push(`[${open.join()}]`)
      open = []
      openChars = 0
    }
    open.push(json)
    openChars += json.length + 1
  }
  if (open.length > 0) arrays.push(`[${open.join()}]`)
  return arrays
}
