/** Synthetic leads; each number gives another phone, name and e-mail. */

export type Lead = { readonly [field: string]: string | number | boolean }

export interface CampaignIds {
  readonly campaignId: string
  readonly supplierId: string
}

const STATES = ['TX', 'FL', 'CA']

/** What a supplier knows before it has the contact data. */
export function pingFields({ campaignId, supplierId }: CampaignIds, number: number): Lead {
  return {
    flo_campaign_id: campaignId,
    flo_supplier_id: supplierId,
    state: STATES[number % STATES.length] ?? 'TX',
    zip: String(10_000 + (number % 89_999)),
    currently_insured: number % 2 === 0,
    ai_quality_score: 0.5 + (number % 50) / 100,
    source: 'facebook_ads',
  }
}

/** A full lead. @param number below ten million gives a phone of its own */
export function leadFields(ids: CampaignIds, number: number): Lead {
  const digits = String(2_000_000 + (number % 7_999_999))
  return {
    ...pingFields(ids, number),
    first_name: `Maria${number}`,
    last_name: 'Garcia',
    phone: `${AREA_CODES[number % AREA_CODES.length]}${digits}`,
    email: `maria.garcia.${number}@example.com`,
    address: `${number} Main Street`,
    city: 'Houston',
  }
}

const AREA_CODES = ['713', '305', '415', '512', '213']
