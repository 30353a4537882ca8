/** The whole table. */
import { ids, keys } from './access'
import { encodings, sizes, unreadable, unreadableForms } from './bodies'
import { campaigns } from './campaigns'
import { headers, leads } from './leads'
import { members } from './members'
import { paths, queries } from './paths'
import type { BadRequest } from './request'

export { type BadRequest, MARK } from './request'

export const BAD_REQUESTS: readonly BadRequest[] = [
  ...unreadable,
  ...unreadableForms,
  ...encodings,
  ...sizes,
  ...leads,
  ...headers,
  ...keys,
  ...ids,
  ...queries,
  ...campaigns,
  ...members,
  ...paths,
]
