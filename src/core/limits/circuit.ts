/**
 * A circuit breaker: whether a buyer that keeps failing is called at all.
 *
 * Ten failures in a row open it: nothing is sent for 30 seconds, then one call is let through to probe. If that fails too, the
 * pause doubles, up to five minutes; any answer closes the circuit. A no is an answer: what counts as a failure is that the
 * buyer could not be heard or understood. Each isolate judges by what it saw itself.
 */

export const FAILURES_TO_OPEN = 10
export const FIRST_PAUSE_MS = 30_000
export const LONGEST_PAUSE_MS = 5 * 60_000
/** A probe that was not heard of by then is lost: no call takes as long. */
export const PROBE_LOST_MS = 15_000

interface Failing {
  /** When the state began; a circuit that a failed probe opened again has been open all the while. */
  readonly since: number
  /** In a row. */
  readonly failures: number
  readonly lastReason: string
}

export type Circuit =
  /** Without failures it is not worth remembering. */
  | ({ readonly state: 'closed' } & Failing)
  | ({ readonly state: 'open'; readonly until: number; readonly pauseMs: number } & Failing)
  /** One call is out; nobody else is let through until it has ended, or is lost. */
  | ({ readonly state: 'probing'; readonly until: number; readonly pauseMs: number } & Failing)

/** How a call ended, for the circuit. */
export type CallHealth =
  | { readonly kind: 'answered' }
  | { readonly kind: 'failed'; readonly reason: string }
  /** It was given up before the buyer had its time: that says nothing of the buyer. */
  | { readonly kind: 'unheard' }

/** Whether a call would be turned away. @param circuit null where there were no failures */
export function isCircuitOpen(circuit: Circuit | null, now: number): boolean {
  return circuit !== null && circuit.state !== 'closed' && now < circuit.until
}

/** A call goes out. @returns the circuit from then on: of one that was open, the call is its probe */
export function onCall(circuit: Circuit | null, now: number): Circuit | null {
  if (circuit === null || circuit.state === 'closed') return circuit
  return { ...circuit, state: 'probing', until: now + PROBE_LOST_MS }
}

/** A call has ended. @returns the circuit from then on; null where there is nothing to remember */
export function onCallEnd(circuit: Circuit | null, health: CallHealth, now: number): Circuit | null {
  switch (health.kind) {
    case 'answered':
      return null
    case 'unheard':
      // The next call is the probe in place of this one.
      return circuit?.state === 'probing' ? { ...circuit, state: 'open', until: now } : circuit
    case 'failed':
      return onFailure(circuit, health.reason, now)
  }
}

function onFailure(circuit: Circuit | null, lastReason: string, now: number): Circuit {
  const failures = (circuit?.failures ?? 0) + 1
  if (circuit === null || circuit.state === 'closed') {
    if (failures < FAILURES_TO_OPEN) return { state: 'closed', since: circuit?.since ?? now, failures, lastReason }
    return { state: 'open', since: now, failures, lastReason, pauseMs: FIRST_PAUSE_MS, until: now + FIRST_PAUSE_MS }
  }
  // Calls that were out when it opened end after it; they are no news.
  if (circuit.state === 'open') return circuit
  const pauseMs = Math.min(circuit.pauseMs * 2, LONGEST_PAUSE_MS)
  return { state: 'open', since: circuit.since, failures, lastReason, pauseMs, until: now + pauseMs }
}

/** Whether an operator should hear of the change: it opened, a probe failed, or it closed. */
export function isCircuitNews(before: Circuit | null, after: Circuit | null): boolean {
  const wasOpen = before !== null && before.state !== 'closed'
  if (after === null || after.state === 'closed') return wasOpen
  return after.state === 'open' && after.failures !== before?.failures
}
