/** What a schema alone cannot know of an endpoint: whether its URL may be called, and what its owner may hear. */
import type { Role } from '../../contracts/scopes'
import { wrongEvents } from '../../contracts/webhook-endpoint'
import { checkBuyerUrl, type UrlRefusal } from '../../security/url-guard'
import type { AppContext } from '../app'
import { type ConfigurationError, invalid } from '../plumbing/field-errors'

const URL_WORDS: { readonly [reason in UrlRefusal]: string } = {
  too_long: 'shorter URL',
  malformed: 'https URL without blanks, backslashes or control characters',
  scheme: 'URL that begins with https://',
  credentials: 'URL without user and password',
  ambiguous_host: 'host name in plain lower-case letters',
  ip_address: 'host name, not an IP address',
  private_name: 'public host name',
  port: 'port 443 or 8443',
  fragment: 'URL without #',
}

export interface Judged {
  readonly url?: string | undefined
  readonly events?: readonly string[] | undefined
}

/** @returns 422 that names what is wrong, else null */
export function refuseEndpoint(c: AppContext, role: Role, { url, events = [] }: Judged): Response | null {
  const errors: ConfigurationError[] = wrongEvents(role, events).map(([index, expected]) => {
    return { field: `events.${index}`, code: 'invalid_value', expected }
  })
  const { allowLoopbackBuyers: allowLoopback } = c.var.services
  const verdict = url === undefined ? null : checkBuyerUrl(url, { allowLoopback })
  if (verdict?.ok === false) errors.push({ field: 'url', code: 'invalid_value', expected: URL_WORDS[verdict.reason] })
  return errors.length === 0 ? null : invalid(c, errors)
}
