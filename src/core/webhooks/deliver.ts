/**
 * What follows from one attempt to deliver an event: done, tried again, given up, or the endpoint disabled.
 *
 * Five retries over a day, each a little later than its time, so that what failed together does not come back together. An
 * endpoint is judged apart from its events: it is failing from its first refusal until it takes something again.
 */
const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const RETRY_DELAYS_MS: readonly number[] = [5 * SECOND, 5 * MINUTE, 1 * HOUR, 10 * HOUR, 12 * HOUR]
/** The most that is added to a delay, as a part of it. */
const JITTER = 0.1
/** A receiver can ask for more time than this, and does not get it. */
const LONGEST_WAIT_MS = 12 * HOUR
/** An endpoint is reported once an event and its first repetition were refused. */
const TRIES_BEFORE_REPORT = 2
export const DISABLED_AFTER_MS = 5 * DAY

/** How one attempt ended. */
export type AttemptEnd =
  | { readonly kind: 'answered'; readonly status: number; readonly retryAfterMs: number | null }
  /** `refused` by the URL guard, `timed_out`, `network_error`. */
  | { readonly kind: 'failed'; readonly error: string }

export interface Attempted {
  readonly end: AttemptEnd
  /** Counted from 1, since the event was sent first or sent again. */
  readonly tryNumber: number
  /** When the attempt ended, ms since 1970. */
  readonly at: number
  /** From 0 to below 1. */
  readonly random: number
}

export type NextStep =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'retry'; readonly at: number }
  | { readonly kind: 'exhausted' }
  /** The receiver says that it is gone. */
  | { readonly kind: 'gone' }

/** Only a 2xx takes the event: a redirect is not followed, and so is a failure. */
export function nextStep({ end, tryNumber, at, random }: Attempted): NextStep {
  if (end.kind === 'answered' && end.status >= 200 && end.status < 300) return { kind: 'delivered' }
  if (end.kind === 'answered' && end.status === 410) return { kind: 'gone' }
  const delay = RETRY_DELAYS_MS[tryNumber - 1]
  if (delay === undefined) return { kind: 'exhausted' }
  const asked = end.kind === 'answered' ? Math.min(end.retryAfterMs ?? 0, LONGEST_WAIT_MS) : 0
  return { kind: 'retry', at: at + Math.max(Math.round(delay * (1 + JITTER * random)), asked) }
}

/** How an endpoint has fared. */
export interface EndpointHealth {
  /** Since when everything it was sent failed, ms since 1970; null where the last was taken. */
  readonly failingSince: number | null
  /** Whether that was reported. */
  readonly reported: boolean
}

export type EndpointVerdict = EndpointHealth & {
  readonly report: boolean
  readonly disable: 'failing' | 'gone' | null
}

/** @returns how the endpoint fares after an attempt, and what is to be done about it */
export function judgeEndpoint(health: EndpointHealth, { tryNumber, at }: Attempted, step: NextStep): EndpointVerdict {
  if (step.kind === 'delivered') return { failingSince: null, reported: false, report: false, disable: null }
  const failingSince = health.failingSince ?? at
  const disable = step.kind === 'gone' ? 'gone' : at - failingSince >= DISABLED_AFTER_MS ? 'failing' : null
  const report = !health.reported && tryNumber >= TRIES_BEFORE_REPORT
  return { failingSince, reported: health.reported || report, report, disable }
}
