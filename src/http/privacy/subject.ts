/** The person that a request names. */
import type { Contact } from '../../core/suppression/contact'

/** @param named one of the two, as the schema has made sure */
export function contactOf({
  phone,
  email,
}: {
  readonly phone?: string | undefined
  readonly email?: string | undefined
}): Contact {
  return phone === undefined ? { type: 'email', text: email ?? '' } : { type: 'phone', text: phone }
}
