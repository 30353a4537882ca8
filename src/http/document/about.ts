/** What the document says about itself: title, sections, how callers prove who they are. */
import { PROBLEMS } from '../../contracts/problem'
import type { JsonMap } from './shapes'

const DESCRIPTION = `Gavel is an open ping-post exchange: suppliers offer a partial lead, buyers bid in parallel, the best bid wins, the full
lead is posted to the winner.

**Money** is a JSON number with at most six decimals, with its \`currency\`. **Times** are RFC 3339 in UTC. **Errors** are
\`application/problem+json\` with a code in \`error\`; ${Object.keys(PROBLEMS).length} codes, each with when it is answered and what to do. Every answer carries
\`X-Request-Id\`.

**Sandbox**: a key that begins with \`ld_test_\` sees the sandbox and nothing else, one that begins with \`ld_live_\` the live side.
The paths are the same.`

export const INFO = {
  title: 'Gavel',
  version: '1.0.0',
  summary: 'The open ping-post lead exchange',
  description: DESCRIPTION,
  contact: { name: 'Gavel', url: 'https://gavel.example/support', email: 'support@gavel.example' },
  license: { name: 'Proprietary', identifier: 'LicenseRef-Proprietary' },
}

/** The sections, in the order of reading. Every tag of an endpoint must stand here. */
const SECTIONS: { readonly [tag: string]: string } = {
  Suppliers: 'What suppliers call with leads, and how operators configure suppliers.',
  Exchange: 'Auctions and leads: bids, posts, what was sold and why.',
  Campaigns: 'What leads are taken, by which fields and filters.',
  'Source links': 'A supplier in a campaign, and what it is paid there.',
  Buyers: 'Who buys leads, with caps, budgets and health.',
  'Buyer contracts': 'A buyer in a campaign: price, filters, and how it is spoken to.',
  'Suppression lists': 'Phones and emails that are not taken.',
  'After the sale': 'What buyers report of leads, and what they return.',
  Privacy: 'Leads found by a person, persons erased, and how long data is kept.',
  Reports: 'What was earned and paid.',
  Operations: 'What needs a person: messages that nobody could handle, sales of which nobody knows.',
  Audit: 'Who changed or looked at what.',
  Credentials: 'API keys and OAuth clients.',
  Development: 'For the sandbox only.',
  Documents: 'This document, the reference, the collection, and the pages for developers of suppliers.',
  "Buyer's side": 'What a buyer of the standard contract receives from Gavel, and how it answers.',
  Webhooks: 'Events that Gavel sends to endpoints of operators, suppliers and buyers.',
}

/** @returns the sections that are used, the known ones first */
export function tagsOf(used: ReadonlySet<string>): readonly JsonMap[] {
  const names = [...Object.keys(SECTIONS).filter((name) => used.has(name))]
  const others = [...used].filter((name) => !Object.hasOwn(SECTIONS, name)).sort()
  return [...names, ...others].map((name) => ({ name, description: SECTIONS[name] ?? `Calls about ${name}.` }))
}

const SCOPE_WORDS: { readonly [scope: string]: string } = {
  ping: 'Ping',
  post: 'Send leads and read their state',
  webhook: 'Manage own webhook endpoints',
  'leads:read': 'Read own leads',
  'leads:write': 'Report on own leads and return them',
  admin: 'Read and change everything of the tenant',
  'admin:read': 'Read everything of the tenant',
}

export const SECURITY_SCHEMES = {
  apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key', description: 'An API key: `ld_live_…` or `ld_test_…`.' },
  bearer: { type: 'http', scheme: 'bearer', description: 'An API key, or an access token of the token endpoint.' },
  clientCredentials: {
    type: 'oauth2',
    description: 'OAuth 2.0 client credentials (RFC 6749); tokens live for 15 minutes.',
    flows: { clientCredentials: { tokenUrl: '/oauth/token', scopes: SCOPE_WORDS } },
  },
}

/** Each alternative is enough. @param scopes one of which the credential must hold; none where no credential is needed */
export function securityOf(scopes: readonly string[]): readonly JsonMap[] {
  if (scopes.length === 0) return []
  return [{ apiKey: [] }, { bearer: [] }, ...scopes.map((scope) => ({ clientCredentials: [scope] }))]
}

/** What every answer to a keyed call says of its client's limit. */
export const LIMIT_HEADERS = {
  'X-RateLimit-Limit': { $ref: '#/components/headers/RateLimit' },
  'X-RateLimit-Remaining': { $ref: '#/components/headers/RateLimitRemaining' },
  'X-RateLimit-Reset': { $ref: '#/components/headers/RateLimitReset' },
}

export const HEADERS = {
  RequestId: {
    description: 'The id of this request; name it when you ask about it.',
    required: true,
    schema: { type: 'string', pattern: '^req_[0-9A-HJKMNP-TV-Z]{26}$' },
  },
  RateLimit: { description: 'Requests that the client may send in a second.', schema: { type: 'integer' } },
  RateLimitRemaining: { description: 'How many of them are left.', schema: { type: 'integer' } },
  RateLimitReset: { description: 'When they are all there again, in unix seconds.', schema: { type: 'integer' } },
  IdempotentReplayed: {
    description: '`true` where this is the first answer to the same Idempotency-Key again.',
    schema: { type: 'string', enum: ['true'] },
  },
  RetryAfter: { description: 'Seconds to wait.', schema: { type: 'integer', minimum: 0 } },
  Allow: { description: 'The methods that the path takes.', schema: { type: 'string' } },
  Challenge: { description: 'How to authenticate, in the words of RFC 6750.', schema: { type: 'string' } },
}
