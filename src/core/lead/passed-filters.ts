/** Which of a buyer's filters a ping has passed, by the names under which they are known in the trade. */
import type { LeadFields } from './fields'
import type { Filter } from './filters'

const LABELS: { readonly [field: string]: string } = { tcpa_consent: 'tcpa', ai_quality_score: 'score_threshold' }

/**
 * @param filters of a buyer whose filters the ping has passed
 * @returns one name a field that the ping carries, and the vertical, by which the campaign was found
 */
export function passedFilters(filters: readonly Filter[], pinged: LeadFields): readonly string[] {
  const names = filters.filter(({ field }) => pinged[field] !== undefined).map(({ field }) => LABELS[field] ?? field)
  return [...new Set([...names, 'vertical'])]
}
