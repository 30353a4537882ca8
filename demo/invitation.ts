/** What to try next, ready to be pasted. */
import { DEMO_SUPPLIERS, DEMO_VISITOR } from './market.ts'
import type { DemoNotes } from './notebook.ts'
import type { Paint } from './paint.ts'
import type { DemoAuction } from './sale.ts'

export interface InvitationRequest {
  readonly url: string
  readonly notes: DemoNotes
  readonly campaignId: string
  readonly auction: DemoAuction
  readonly paint: Paint
}

export function invitation({ url, notes, campaignId, auction, paint }: InvitationRequest): readonly string[] {
  const [first] = DEMO_SUPPLIERS
  const supplier = notes.suppliers[first.name]
  const visitor = { flo_campaign_id: campaignId, flo_supplier_id: supplier?.id, ...DEMO_VISITOR }
  const lead = { ...visitor, first_name: 'Maria', last_name: 'Garcia', phone: '7135550142', email: 'maria@example.com' }
  const key = supplier?.apiKey ?? ''
  return [
    paint.bold('Keys of this demo'),
    `  operator          ${notes.operatorKey}`,
    ...DEMO_SUPPLIERS.map(({ name }) => `  ${name.padEnd(18)}${notes.suppliers[name]?.apiKey ?? ''}`),
    '',
    paint.bold('Ask whether a lead would be taken'),
    ...curl({ url: `${url}/api/v1/ping`, key, body: visitor }),
    '',
    paint.bold('Send one'),
    ...curl({ url: `${url}/api/v1/ingest`, key, body: lead }),
    '',
    paint.bold('See what became of it, as the operator'),
    `  GAVEL=${url} KEY=${notes.operatorKey}`,
    ...[`/v1/auctions/${auction.id}`, '/v1/leads', '/v1/reports/pnl?group_by=buyer'].map(
      (path) => `  curl -s "$GAVEL${path}" -H "x-api-key: $KEY"`,
    ),
  ]
}

interface CurlRequest {
  readonly url: string
  readonly key: string
  readonly body: object
}

/** One member a line, so that ids do not push it over the edge of the window. */
function curl({ url, key, body }: CurlRequest): readonly string[] {
  const members = Object.entries(body).map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`)
  return [
    `  curl -s ${url} \\`,
    `    -H 'x-api-key: ${key}' \\`,
    `    -H 'content-type: application/json' -d '{`,
    ...members.map((member, index) => `      ${member}${index === members.length - 1 ? `}'` : ','}`),
  ]
}
