/**
 * A circuit breaker: whether a buyer that keeps failing is called at all.
 *
 * Ten failures in a row open it: nothing is sent for 30 seconds, then one call is let through to probe. If that fails too, the
 * pause doubles, up to five minutes; any answer closes the circuit. A no is an answer: what counts as a failure is that the
 * buyer could not be heard or understood, and that it answered nothing else since that call began: of a hundred calls at once,
 * those that time out end last. Each isolate judges by what it saw itself.
 */

export const FAILURES_TO_OPEN = 10
export const FIRST_PAUSE_MS = 30_000
export const LONGEST_PAUSE_MS = 5 * 60_000
/** A probe that was not heard of by then is lost: no call takes as long. */
export const PROBE_LOST_MS = 15_000

interface Known {
  /** When the state began; a circuit that a failed probe opened again has been open all the while. */
  readonly since: number
  /** In a row. */
  readonly failures: number
  /** Null where there was no failure. */
  readonly lastReason: string | null
  /** When the buyer answered last. */
  readonly answeredAt: number
}

export type Circuit =
  | ({ readonly state: 'closed' } & Known)
  | ({ readonly state: 'open'; readonly until: number; readonly pauseMs: number } & Known)
  /** One call is out; nobody else is let through until it has ended, or is lost. */
  | ({ readonly state: 'probing'; readonly until: number; readonly pauseMs: number } & Known)

export const NEW_CIRCUIT: Circuit = { state: 'closed', since: 0, failures: 0, lastReason: null, answeredAt: 0 }

/** How a call ended, for the circuit. */
export type CallHealth =
  | { readonly kind: 'answered' }
  | { readonly kind: 'failed'; readonly reason: string }
  /** It was given up before the buyer had its time: that says nothing of the buyer. */
  | { readonly kind: 'unheard' }

export interface CallEnd {
  readonly health: CallHealth
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly now: number
}

/** Whether a call would be turned away. */
export function isCircuitOpen(circuit: Circuit, now: number): boolean {
  return circuit.state !== 'closed' && now < circuit.until
}

/** A call goes out. @returns the circuit from then on: of one that was open, the call is its probe */
export function onCall(circuit: Circuit, now: number): Circuit {
  if (circuit.state === 'closed') return circuit
  return { ...circuit, state: 'probing', until: now + PROBE_LOST_MS }
}

/** A call has ended. @returns the circuit from then on */
export function onCallEnd(circuit: Circuit, { health, startedAt, now }: CallEnd): Circuit {
  switch (health.kind) {
    case 'answered': {
      const since = circuit.state === 'closed' ? circuit.since : now
      return { state: 'closed', since, failures: 0, lastReason: circuit.lastReason, answeredAt: now }
    }
    case 'unheard':
      // The next call is the probe in place of this one.
      return circuit.state === 'probing' ? { ...circuit, state: 'open', until: now } : circuit
    case 'failed':
      return startedAt <= circuit.answeredAt ? circuit : onFailure(circuit, health.reason, now)
  }
}

function onFailure(circuit: Circuit, lastReason: string, now: number): Circuit {
  const failed = { ...circuit, failures: circuit.failures + 1, lastReason }
  if (failed.state === 'closed') {
    if (failed.failures < FAILURES_TO_OPEN) return failed
    return { ...failed, state: 'open', since: now, pauseMs: FIRST_PAUSE_MS, until: now + FIRST_PAUSE_MS }
  }
  // Calls that were out when it opened end after it; they are no news.
  if (circuit.state === 'open') return circuit
  const pauseMs = Math.min(failed.pauseMs * 2, LONGEST_PAUSE_MS)
  return { ...failed, state: 'open', pauseMs, until: now + pauseMs }
}

/** Whether an operator should hear of the change: it opened, a probe failed, or it closed. */
export function isCircuitNews(before: Circuit, after: Circuit): boolean {
  if (after.state === 'closed') return before.state !== 'closed'
  return after.state === 'open' && after.failures !== before.failures
}
