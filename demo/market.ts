/** The demo's campaign and suppliers, as they are sent to the Management API. */

/** The default contact fields, and what an auto insurer asks for. */
const FIELDS = [
  { name: 'first_name', type: 'string', required: true },
  { name: 'last_name', type: 'string', required: true },
  { name: 'phone', type: 'phone', required: true },
  { name: 'email', type: 'email', required: true },
  { name: 'state', type: 'state', required: true, required_on: 'ping' },
  { name: 'zip', type: 'zip', required: true, required_on: 'ping' },
  { name: 'currently_insured', type: 'boolean' },
]

export const DEMO_CAMPAIGN = {
  name: 'Auto insurance, South',
  vertical: 'auto_insurance',
  status: 'active',
  distribution: 'ping_post',
  floor_price: 20,
  bid_window_ms: 2_000,
  fields: FIELDS,
  filters: [{ field: 'state', op: 'in', value: ['TX', 'FL', 'CA'] }],
}

export interface DemoSupplier {
  readonly name: string
  readonly terms: string
  /** The body of `PUT /v1/campaigns/{id}/suppliers/{supplierId}`. */
  readonly link: object
}

/** The first sends the demo's lead. */
export const DEMO_SUPPLIERS: readonly [DemoSupplier, DemoSupplier] = [
  { name: 'Clickwise Media', terms: '75 % of the revenue', link: { cost_mode: 'revenue_share', cost_percent: 75 } },
  { name: 'Harbor Leads', terms: '35.00 a lead', link: { cost_mode: 'fixed', cost_amount: 35 } },
]

export const DEMO_VISITOR = { state: 'TX', zip: '77002', currently_insured: true }

/** @returns somebody who is in nobody's telephone book: the numbers are those set aside for stories */
export function demoPerson(random: () => number): object {
  const pick = (names: readonly string[]) => names[Math.floor(random() * names.length)] ?? 'Maria'
  const firstName = pick(['Maria', 'Luis', 'Grace', 'Omar', 'June', 'Theo'])
  const lastName = pick(['Garcia', 'Nguyen', 'Baker', 'Ortiz', 'Reed', 'Silva'])
  const line = String(100 + Math.floor(random() * 100)).padStart(4, '0')
  return {
    first_name: firstName,
    last_name: lastName,
    phone: `713555${line}`,
    email: `${firstName}.${lastName}@example.com`.toLowerCase(),
  }
}
