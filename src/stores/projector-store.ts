/**
 * Writes what auctions report into leads, ledger and rollups: the only writer of the three.
 *
 * One transaction of a few statements for up to a hundred messages, whichever of their parts each needs as one JSON value, so
 * that neither statements nor bound parameters grow with them. Every statement asks by itself which messages are newer than
 * the stored lead, and the leads are written last: a message that comes again, late or out of order finds itself not newer
 * and changes nothing. What a lead adds to a rollup is the difference to what its stored row had added.
 */
import { leadEventsOf } from '../contracts/lead-events'
import type { LeadProjection } from '../contracts/projection'
import type { WebhookWake } from '../contracts/webhook-outbox'
import { chunks, chunksInStep } from './json-chunks'
import type { StoredBid } from './schema/leads'
import { type EventStamps, INSERT_DELIVERIES, stamped, wakesOf } from './webhook-events'
import type { WebhookListeners } from './webhook-listeners'

/**
 * The messages, one a row. Materialized, since SQLite would write out the JSON of a message again for every member that is read
 * of it: that was most of what a lead cost the database.
 */
const ITEMS = 'item AS MATERIALIZED (SELECT key AS place, value AS row FROM json_each(?1))'

/** What the statements of the rollups and the ledger need; small, so that a batch fits into one value. */
const MESSAGES = `
  ${ITEMS},
  message AS MATERIALIZED (
    SELECT row ->> 'leadId' AS lead_id, row ->> 'auctionId' AS auction_id, row ->> 'sequence' AS sequence,
           row ->> 'tenantId' AS tenant_id, row ->> 'hour' AS hour, row ->> 'campaignId' AS campaign_id,
           row ->> 'supplierId' AS supplier_id, row ->> 'buyerId' AS buyer_id, row ->> 'currency' AS currency,
           row -> 'sales' AS sales
    FROM item
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

/**
 * One row for each endpoint that wants an event. The events come by themselves, in the order of the leads that they are about: they
 * are most of the text, and read only where they are news.
 */
const ADD_EVENTS = `
  WITH ${ITEMS},
  heard AS MATERIALIZED (
    SELECT row ->> 'tenantId' AS tenant_id, place
    FROM item LEFT JOIN leads AS stored ON stored.id = row ->> 'leadId'
    WHERE (stored.sequence IS NULL OR stored.sequence < row ->> 'sequence')
  ),
  event_source AS (SELECT tenant_id, ?2 -> ('$[' || place || ']') AS events FROM heard)
  ${INSERT_DELIVERIES}`

/**
 * What of the messages may be stored: nothing of a person who was erased after the lead came in, and nothing that is older
 * than the tenant keeps it. A message that was long on its way brings nothing back.
 */
const KEPT = `
  ${ITEMS},
  incoming AS (
    SELECT row AS lead, row ->> 'leadId' AS lead_id, row ->> 'tenantId' AS tenant_id, row ->> 'receivedAt' AS received_at
    FROM item
  ),
  kept AS (
    SELECT incoming.*, NOT EXISTS (
             SELECT 1 FROM json_each(lead, '$.contactKeys') AS contact
             JOIN erasures ON erasures.tenant_id = incoming.tenant_id AND erasures.subject_key = contact.value
             WHERE erasures.requested_at >= incoming.received_at
           ) AS is_wanted,
           incoming.received_at > coalesce(retention.contact_erased_to, '') AS has_contact,
           incoming.received_at > coalesce(retention.details_erased_to, '') AS has_details
    FROM incoming LEFT JOIN retention ON retention.tenant_id = incoming.tenant_id
  )`

/** What never changes of a lead is not set again; nor are the sealed fields, which may have been erased meanwhile. */
const PUT_LEADS = `
  WITH ${KEPT}
  INSERT INTO leads (id, tenant_id, auction_id, sequence, campaign_id, supplier_id, buyer_id, status, test, currency,
                     revenue_micros, payout_micros, reason, received_at, settled_at, close_to_post_ms, bids,
                     sealed_fields, sealed_key, sealed_details, details_key, contact_keys)
  SELECT lead_id, tenant_id, lead ->> 'auctionId', lead ->> 'sequence', lead ->> 'campaignId',
         lead ->> 'supplierId', lead ->> 'buyerId', lead ->> 'status', lead ->> 'test', lead ->> 'currency',
         lead ->> 'revenueMicros', lead ->> 'payoutMicros', lead ->> 'reason', received_at,
         lead ->> 'settledAt', lead ->> 'closeToPostMs', lead -> 'bids',
         iif(is_wanted AND has_contact, lead ->> 'sealedFields', NULL),
         iif(is_wanted AND has_contact, lead ->> 'sealedKey', NULL),
         iif(is_wanted AND has_details, lead ->> 'sealedDetails', NULL),
         iif(is_wanted AND has_details, lead ->> 'detailsKey', NULL),
         iif(is_wanted AND has_contact, lead -> 'contactKeys', NULL)
  FROM kept WHERE true
  ON CONFLICT DO UPDATE SET
    sequence = excluded.sequence, buyer_id = excluded.buyer_id, status = excluded.status,
    revenue_micros = excluded.revenue_micros, payout_micros = excluded.payout_micros, reason = excluded.reason,
    settled_at = excluded.settled_at, close_to_post_ms = excluded.close_to_post_ms, bids = excluded.bids
  WHERE excluded.sequence > leads.sequence`

/** Before the leads, for those that are new: a lead that is stored may have been erased. */
const PUT_CONTACTS = `
  WITH ${KEPT}
  INSERT INTO lead_contacts (tenant_id, contact_key, received_at, lead_id)
  SELECT tenant_id, contact.value, received_at, lead_id
  FROM kept, json_each(kept.lead, '$.contactKeys') AS contact
  WHERE is_wanted AND has_contact AND NOT EXISTS (SELECT 1 FROM leads WHERE leads.id = kept.lead_id)
  ON CONFLICT DO NOTHING`

/** Auctions that still hold what was not stored for the sake of an erased person. */
const FIND_UNWANTED = `
  WITH ${KEPT}
  SELECT lead ->> 'auctionId' AS auctionId, tenant_id AS tenantId FROM kept WHERE NOT is_wanted`

export interface EventWriting {
  readonly stamps: EventStamps
  readonly listeners: WebhookListeners
}

/** An auction whose lead is a person's who was erased meanwhile. */
export interface UnwantedAuction {
  readonly auctionId: string
  readonly tenantId: string
}

export interface AppliedProjections {
  /** As the database bills them, indexes included. */
  readonly rowsWritten: number
  /** The endpoints that have something to send. */
  readonly wakes: readonly WebhookWake[]
  /** Auctions that must be told to erase what was not stored; found again with every message of theirs. */
  readonly unwanted: readonly UnwantedAuction[]
}

/**
 * Stores the messages: all of them, or none where this throws.
 *
 * @param messages as they came, also several of one auction
 * @param events how the events that the messages hold are written; null writes none
 */
export async function applyLeadProjections(
  db: D1Database,
  messages: readonly LeadProjection[],
  events: EventWriting | null = null,
): Promise<AppliedProjections> {
  if (messages.length === 0) return { rowsWritten: 0, wakes: [], unwanted: [] }
  const newest = newestByAuction(messages)
  const countedChunks = chunks(newest.filter((message) => !message.test).map(countedPart))
  const eventChunks = events === null ? [] : chunksInStep(await eventParts(newest, events))
  const personChunks = chunks(newest.map(personPart))
  const leadChunks = chunks(newest.map(leadRow))
  const statements = [
    ...eventChunks.map(([leads, told]) => db.prepare(ADD_EVENTS).bind(leads, told)),
    ...countedChunks.map((json) => db.prepare(ADD_TO_ROLLUPS).bind(json)),
    ...countedChunks.map((json) => db.prepare(ADD_TO_LEDGER).bind(json)),
    ...personChunks.map((json) => db.prepare(PUT_CONTACTS).bind(json)),
    ...leadChunks.map((json) => db.prepare(PUT_LEADS).bind(json)),
    ...personChunks.map((json) => db.prepare(FIND_UNWANTED).bind(json)),
  ]
  const results = await db.batch(statements)
  return {
    rowsWritten: results.reduce((sum, { meta }) => sum + meta.rows_written, 0),
    wakes: wakesOf(results.slice(0, eventChunks.length)),
    unwanted: results.slice(-personChunks.length).flatMap(({ results: rows }) => rows as UnwantedAuction[]),
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

/**
 * What the messages tell of, in full, where anybody listens: which of it is news is known where it is stored.
 *
 * @returns each lead, and its events
 */
async function eventParts(messages: readonly LeadProjection[], { stamps, listeners }: EventWriting) {
  const listening = await listeners.among(messages.map(({ tenantId }) => tenantId))
  return messages
    .filter(({ tenantId }) => listening.has(tenantId))
    .map((message) => {
      const { leadId, tenantId, sequence } = message
      return [{ leadId, tenantId, sequence }, leadEventsOf(message).map((draft) => stamped(draft, stamps))] as const
    })
}

/** What tells whether the person is to be kept, and what the lead is found again by. */
function personPart({ leadId, auctionId, tenantId, receivedAt, contactKeys }: LeadProjection): object {
  return { leadId, auctionId, tenantId, receivedAt, contactKeys }
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
