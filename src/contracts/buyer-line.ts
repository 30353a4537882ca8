/**
 * What the isolates that call a buyer and the buyer's account say to each other: shares of its ping rate, and circuits that
 * opened or closed. All plain data.
 */
import { z } from '@hono/zod-openapi'
import type { CircuitNote, ContractHealth } from '../core/limits/circuit-notes'

export interface PingShareRequest {
  /** The isolate that asks. */
  readonly holder: string
  /** Pings a second. */
  readonly wanted: number
}

export interface PingShare {
  /** Pings a second; 0 where the others have it all. */
  readonly perSecond: number
  /** What all shares together come to at most. */
  readonly limit: number
  /** For how long it may be used, counted from before it was asked for. */
  readonly lifeMs: number
}

export interface AccountHealth {
  readonly pingsPerSecond: number
  /** Of those, how many are in shares now. */
  readonly sharedPerSecond: number
  /** Contracts that had trouble lately. */
  readonly contracts: readonly ContractHealth[]
}

/** What a buyer's account offers to those who call the buyer, and to those who ask how it fares. */
export interface BuyerLineAccountRpc {
  /** A share of the buyer's ping rate; asked again, it takes the place of the one before. */
  sharePings(request: PingShareRequest): Promise<PingShare>
  noteCircuit(note: CircuitNote): Promise<void>
  health(): Promise<AccountHealth>
}

const instant = z.string().nullable().openapi({ format: 'date-time' })

/** The answer of `GET /v1/buyers/{id}/health`. */
export const buyerHealthSchema = z
  .object({
    buyer_id: z.string(),
    ping_rate: z.object({
      per_second: z.number().int(),
      shared: z.number().int().openapi({ description: 'How much of it is in the hands of isolates now.' }),
    }),
    contracts: z.array(
      z.object({
        contract_id: z.string(),
        campaign_id: z.string(),
        state: z.enum(['closed', 'open', 'half_open']).openapi({
          description: 'open: skipped as circuit_open; half_open: the next call is a probe.',
        }),
        call: z.enum(['ping', 'post']).nullable().openapi({ description: 'Which call fails, or failed last.' }),
        since: instant,
        until: instant.openapi({ description: 'When the buyer is probed next.' }),
        failures: z.number().int().openapi({ description: 'In a row, when that was last told.' }),
        last_reason: z.string().nullable().openapi({ example: 'timed_out' }),
        isolates: z.number().int().openapi({ description: 'How many isolates skip the buyer.' }),
      }),
    ),
  })
  .openapi('BuyerHealth')

export type BuyerHealthWire = z.output<typeof buyerHealthSchema>
