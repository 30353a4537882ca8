/**
 * Writes docs/errors.md from the catalogue of errors.
 *
 *     node scripts/errors-doc.ts
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CatalogueEntry, ERROR_CATALOGUE } from '../src/contracts/error-catalogue.ts'
import { INTAKE_MESSAGES } from '../src/core/reasons.ts'
import { ROOT } from './root.ts'

export const ERRORS_FILE = join(ROOT, 'docs/errors.md')

const HEAD = `# Errors

<!-- Made from src/contracts/error-catalogue.ts by scripts/errors-doc.ts. Change it there. -->

Every error is \`application/problem+json\` with these members, and every answer carries \`X-Request-Id\`:

\`\`\`json
{"error":"invalid_payload","message":"Some fields are not as expected.","request_id":"req_01J9ZQ5F8W3B6T1X0V7K2M4N5P",
 "type":"https://gavel.example/errors/invalid_payload","title":"Invalid payload","status":422,
 "field_errors":[{"field":"phone","code":"missing_required","expected":"phone number of 7 to 15 digits"}]}
\`\`\`

Decide by \`status\` and \`error\`, which do not change; \`message\` and \`expected\` are words for people. \`field_errors\` names what
is wrong and never repeats a value; its codes are \`missing_required\`, \`wrong_type\`, \`invalid_value\`, \`too_long\`,
\`too_many_fields\`, \`unknown_field\`, \`mismatch\`. A 5xx says nothing but its request id. The OAuth endpoints answer as
RFC 6749 says: \`application/json\` with \`error\` and \`error_description\`.
`

const REASONS = `
## A ping's no

A ping that is turned away is no error: it is answered with 200, \`"accepted":false\` and one of these in \`reason\`. On the lead
itself the same code is an error of the list above.

| reason | message |
|---|---|
`

/** @returns the whole page */
export function errorsDocument(): string {
  const entries: readonly (readonly [string, CatalogueEntry])[] = Object.entries(ERROR_CATALOGUE)
  const rows = [...entries].sort(([, one], [, other]) => one.status - other.status)
  const sections = rows.map(([code, { status, also = [], message, when, action }]) => {
    return `\n### ${code}\n\n\`${[status, ...also].join('` or `')}\` ${message.replace(/\.?$/, '.')}\n\n- When: ${when}\n- Do: ${action}\n`
  })
  const reasons = Object.entries(INTAKE_MESSAGES)
    .filter(([reason]) => reason !== 'unauthorized')
    .map(([reason, message]) => `| \`${reason}\` | ${message} |\n`)
  return `${HEAD}\n## Codes\n${sections.join('')}${REASONS}${reasons.join('')}`
}

if (import.meta.main) writeFileSync(ERRORS_FILE, errorsDocument())
