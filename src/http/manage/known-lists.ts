/** Whoever names a suppression list must name one that is there: a slip of the pen would suppress nobody. */
import type { AppContext } from '../app'
import { invalid } from '../plumbing/field-errors'
import { storesOf } from './operator-endpoint'

/** @returns 422 where one of the ids is no list of this tenant that is in force, else null */
export async function refuseUnknownLists(
  c: AppContext,
  listIds: readonly string[] | null | undefined,
): Promise<Response | null> {
  if (listIds === null || listIds === undefined || listIds.length === 0) return null
  const known = await storesOf(c).suppressionLists.known(listIds)
  const errors = listIds.flatMap((id, index) => {
    const field = `suppression_list_ids.${index}`
    return known.has(id) ? [] : [{ field, code: 'invalid_value' as const, expected: 'id of a suppression list' }]
  })
  return errors.length === 0 ? null : invalid(c, errors)
}
