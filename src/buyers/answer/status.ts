/** What an HTTP status says by itself, and how far a rule may say otherwise. */
import type { AnswerReading } from './read'

export function isOk(status: number): boolean {
  return status >= 200 && status < 300
}

export function isRefusal(status: number): boolean {
  return status >= 400 && status < 500
}

/** Statuses that speak of the request: on a second try they do not tell what became of the first. */
const ABOUT_THE_REQUEST = new Set([
  401, 403, 404, 405, 406, 407, 408, 411, 413, 414, 415, 417, 421, 425, 426, 428, 429, 431,
])

/** Whether a status can be the buyer's word on this lead. */
export function isAboutTheLead(status: number): boolean {
  return isOk(status) || (isRefusal(status) && !ABOUT_THE_REQUEST.has(status))
}

/**
 * Whether a rule that matched may decide over the status: any may on a 2xx; on others those about the status or a header; on
 * a 4xx also what the body says short of a yes. A 5xx with a body of any kind leaves the outcome open.
 */
export function decides(reading: AnswerReading, status: number): boolean {
  if (reading.decidedBy === null) return false
  if (isOk(status) || reading.decidedByEnvelope) return true
  return isRefusal(status) && reading.outcome !== 'accepted'
}
