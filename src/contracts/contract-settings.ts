/** A buyer contract as it is stored and shown: what was written, with the defaults that no preset decides filled in. */
import { z } from '@hono/zod-openapi'
import { type BuyerContractInput, buyerContractSchema } from './buyer-contract'
import { recordMembers, statusSchema } from './configuration'

const DEFAULTS = {
  status: 'active',
  price: null,
  priority: 1,
  weight: 1,
  tier: 1,
  filters: [],
  caps: [],
  schedule: null,
  suppression_list_ids: [],
  min_bid: null,
  max_bid: null,
  bid_valid_seconds: 300,
  preset: null,
} satisfies Partial<BuyerContractInput>

type Defaulted = Exclude<keyof typeof DEFAULTS, 'price'>

export type BuyerContractSettings = BuyerContractInput & {
  readonly [name in Defaulted]-?: Exclude<BuyerContractInput[name], undefined>
}

/** @param contract as its schema gave it: a member that was left out is not there at all */
export function withContractDefaults(contract: BuyerContractInput): BuyerContractSettings {
  return { ...DEFAULTS, ...contract } as BuyerContractSettings
}

/** The answer of `/v1/campaigns/{id}/buyers/{buyerId}`: secrets are masked. */
export const buyerContractRecordSchema = z
  .object({
    id: z.string().openapi({ example: 'con_01J9ZQ5F8W3B6T1X0V7K2M4N5P' }),
    campaign_id: z.string(),
    buyer_id: z.string(),
    ...buyerContractSchema.shape,
    ...recordMembers,
    status: statusSchema,
  })
  .openapi('BuyerContractRecord')
