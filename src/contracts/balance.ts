/**
 * A buyer's prepaid balance: what an operator credits to it and reads of it (`/v1/buyers/{id}/balance`), and what its account
 * is asked.
 */
import { z } from '@hono/zod-openapi'
import { textSchema } from './configuration'
import { amountSchema } from './money'

const AMOUNT_WORDS =
  'amount other than 0, from -1000000000 to 1000000000, with at most six decimals; below 0 it corrects'

/** Signed: what was credited by mistake is taken back by a credit below zero, so that both stand in the list. */
const creditAmountSchema = z
  .number(AMOUNT_WORDS)
  .refine((value) => value !== 0 && amountSchema.safeParse(Math.abs(value)).success, { error: AMOUNT_WORDS })
  .openapi({ type: 'number', example: 500 })

/** The body of `POST /v1/buyers/{id}/balance`. */
export const creditSchema = z
  .strictObject({
    amount: creditAmountSchema,
    note: textSchema(500).optional().openapi({ example: 'Wire of 20 November' }),
    reference: textSchema(200)
      .optional()
      .openapi({ description: 'Names the payment: the same reference credits once.', example: 'invoice 1042' }),
  })
  .openapi('BalanceCredit')

export const creditRecordSchema = z
  .object({
    id: z.string().openapi({ example: 'crd_01J9ZQ5F8W3B6T1X0V7K2M4N5P' }),
    buyer_id: z.string(),
    amount: z.number(),
    note: z.string().nullable(),
    reference: z.string().nullable(),
    currency: z.string(),
    balance: z.number().openapi({ description: 'What was left right after it.' }),
    created_at: z.string().openapi({ format: 'date-time' }),
  })
  .openapi('BalanceCreditRecord')

export const balanceSchema = z
  .object({
    buyer_id: z.string(),
    currency: z.string(),
    prepaid: z.boolean().openapi({ description: 'Whether sales need a balance.' }),
    balance: z.number().openapi({ description: 'Credits less what was sold and what is held for posts under way.' }),
    held: z.number(),
    spent: z.number().openapi({ description: 'Sold and held since the first credit.' }),
    credited: z.number(),
    credits: z.array(creditRecordSchema).openapi({ description: 'The newest 100, the newest first.' }),
  })
  .openapi('Balance')

/** One credit, as it is asked for. */
export interface CreditOrder {
  /** By its key or its reference it is the same credit when it comes again. */
  readonly key: string | null
  readonly reference: string | null
  /** What must be equal then. */
  readonly fingerprint: string
  readonly id: string
  /** Signed. */
  readonly amountMicros: number
  readonly note: string | null
}

export interface Credit {
  readonly id: string
  readonly amountMicros: number
  readonly note: string | null
  readonly reference: string | null
  /** What was left right after it. */
  readonly balanceMicros: number
  /** Milliseconds since 1970. */
  readonly at: number
}

export type CreditResult =
  | { readonly kind: 'credited'; readonly credit: Credit; readonly replayed: boolean }
  /** It stands for another credit. */
  | { readonly kind: 'key_reused' }
  | { readonly kind: 'reference_reused' }

export interface AccountBalance {
  readonly prepaid: boolean
  readonly balanceMicros: number
  readonly heldMicros: number
  readonly spentMicros: number
  readonly creditedMicros: number
  /** The newest first. */
  readonly credits: readonly Credit[]
}

/** What a buyer's account offers to those who credit it. */
export interface BalanceAccountRpc {
  /** Credits the balance; asked twice with one key or reference, it credits once and answers the same. */
  credit(order: CreditOrder): Promise<CreditResult>
  balance(): Promise<AccountBalance>
}
