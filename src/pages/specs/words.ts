/** Sentences that the page and its Markdown share. */
import type { ApiSpec } from '../../contracts/api-spec'

export const SENDS_FOR_REAL =
  'A key that begins with ld_test_ reaches the sandbox; one that begins with ld_live_ sends the sample lead to real buyers.'

export const SAFE_TO_REPEAT =
  'Send every lead with an Idempotency-Key of its own. Sent again with the same key and body, as after a broken connection, it ' +
  'gets the first answer again and is sold once.'

/** @returns in words when the field must be there */
export function requirementOf({ required_on, required_when }: ApiSpec['fields'][number]): string {
  if (required_on === null) return 'optional'
  const always = required_on === 'ping' ? 'ping and lead' : 'lead'
  return required_when.length === 0 ? always : `${always}, if ${required_when.join(' and ')}`
}

/** @returns in words what values are taken */
export function valuesOf({ allowed_values, expected }: ApiSpec['fields'][number]): string {
  return allowed_values === null ? expected : allowed_values.join(', ')
}

export const STATUS_WORDS: readonly (readonly [status: string, meaning: string])[] = [
  ['ACCEPTED', 'Sold. price is what you are paid.'],
  ['UNMATCHED', 'No buyer took it.'],
  ['PENDING', "202: the winner's answer is not known yet. Ask the status endpoint with the lead's id."],
]
