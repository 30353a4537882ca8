/** Lists of the management API: `?limit=&cursor=`. */
import { DEFAULT_LIMIT, type PageRequest, pageQuerySchema } from '../../contracts/pagination'
import type { AppContext } from '../app'
import { check, invalid } from '../plumbing/field-errors'

/** All of them page by id. */
export const listQuerySchema = pageQuerySchema(1)

/** @returns which page is asked for, or the answer that says what is wrong with the query */
export function readPageRequest(c: AppContext): PageRequest | Response {
  const query = check(listQuerySchema, c.req.query())
  if (!query.ok) return invalid(c, query.errors)
  return { limit: query.value.limit ?? DEFAULT_LIMIT, after: query.value.cursor ?? null }
}
