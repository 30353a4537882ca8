/** New leads, each about a person of its own. */
import type { Random } from '../../scripts/fuzz/random.ts'
import { CAMPAIGNS, SUPPLIERS } from '../market/plan.ts'
import type { Lead } from './leads.ts'

const FIRST_PHONE = 2_125_000_000

/** Each as often as it has its share. */
const BY_SHARE = CAMPAIGNS.flatMap((campaign) => Array.from({ length: campaign.share }, () => campaign))

/** @param number of the lead, from 0 @returns a lead that nothing was sent of yet */
export function inventLead(random: Random, number: number): Lead {
  const campaign = random.pick(BY_SHARE)
  const channel = random.pick(campaign.channels)
  return {
    number,
    phone: String(FIRST_PHONE + number),
    campaign,
    supplier: random.pick(SUPPLIERS),
    channel,
    key: random.chance(0.8) ? `lead ${number} ${random.below(1_000_000)}` : null,
    asksAgain: random.chance(0.9),
    body: null,
    postedAt: null,
    promised: null,
    acknowledged: null,
    refusal: null,
    isUnderWay: false,
  }
}

/** What is known of the person before anybody has to know who it is. */
export const PINGED = { state: 'TX', zip: '77002' } as const

export function personOf({ number, phone }: Lead): object {
  return { first_name: 'Maria', last_name: `Garcia ${number}`, phone, email: `maria.${number}@mail.test`, ...PINGED }
}
