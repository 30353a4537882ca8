/**
 * When things are due. All times are milliseconds since 1970; the caller owns the timers.
 */
import type { Attempt, AttemptStage, AuctionState, Closed, Died, Offer, RunningStage } from './state'

/** How long the watchdog leaves a running auction to its timers in memory. */
const WATCHDOG_GRACE_MS = 2_000
/** How long a told sequence may stay unacknowledged before it is told again. */
const ACKNOWLEDGE_GRACE_MS = 15_000
/**
 * How often the queue may give up on one telling before nobody repeats it by itself, and the pause after the first time, which
 * doubles: a day in all. A message that the database refuses would otherwise go round between here and the dead letters for ever.
 */
const MAX_DEATHS = 8
const FIRST_DEATH_PAUSE_MS = 10 * 60 * 1_000
/** How long a due retry is left to the queue before the watchdog asks again. */
const RETRY_GRACE_MS = 30_000
/** How long a lead that came in time may take to be let in, before its offer is given up. */
const TAKE_GRACE_MS = 2_000
/**
 * The least time that a first post gets, past the deadline if need be: one that is cut short leaves an unknown, which holds
 * the lead back for far longer than the supplier waits here.
 */
export const LEAST_POST_MS = 250
/** For how long a settled auction answers for itself. */
export const RETENTION_MS = 30 * 24 * 60 * 60 * 1_000

/** @returns the last moment at which a bid of the open tier is in time. */
export function windowEndOf(state: Pick<Closed, 'openedAt' | 'tierOpenedAt' | 'plan'>): number {
  const { openedAt, tierOpenedAt, plan } = state
  const end = tierOpenedAt + plan.bidWindowMs
  // Only the first tier may be given a window that is longer than the deadline; a later one lives on what is left.
  return tierOpenedAt === openedAt ? end : Math.min(end, deadlineOf(state))
}

/**
 * @returns the moment from which no first post may begin; of an offer that is not taken, from which none may be made. A
 * restart opens the window, and so the deadline, anew.
 */
export function deadlineOf(state: Pick<Closed, 'openedAt' | 'plan'> & { readonly offer?: Offer | null }): number {
  const { openedAt, plan, offer } = state
  if (plan.mode === 'direct') return openedAt + plan.deadlineMs
  const takenAt = offer?.takenAt ?? null
  return takenAt === null ? openedAt + (plan.offerWithinMs ?? plan.deadlineMs) : takenAt + plan.deadlineMs
}

/** @returns the moment from which no lead can be sold to the offer any more */
export function offerGoneAt({ validUntil }: Pick<Offer, 'validUntil'>): number {
  return validUntil + TAKE_GRACE_MS
}

/**
 * How long the post of an attempt may take.
 *
 * The first try ends with the auction's deadline, or soon after it, since the supplier waits for it; a retry has the
 * contract's whole time.
 */
export function postTimeoutMs(state: Closed, contractId: string, now: number): number {
  const contender = state.plan.contenders.find(({ id }) => id === contractId)
  const allowed = contender?.postTimeoutMs ?? state.plan.postTimeoutMs
  const stage = state.attempts.find((attempt) => attempt.contractId === contractId)?.stage
  const isRetry = stage?.at === 'posting' && stage.tryNumber > 1
  return isRetry ? allowed : Math.min(allowed, Math.max(LEAST_POST_MS, deadlineOf(state) - now))
}

/** Whether something that runs in memory has had its time, and more, without coming to an end. */
export function isOverdue(state: Closed, stage: RunningStage, now: number): boolean {
  return now >= overdueAt(state, stage)
}

function overdueAt(state: Closed, stage: RunningStage): number {
  const endsAt = stage.at === 'reserving' ? deadlineOf(state) : stage.since + longestPostMs(state)
  return endsAt + WATCHDOG_GRACE_MS
}

/**
 * When the watchdog must look at the auction if nothing else moves it.
 *
 * @returns null where nothing is left to do by itself
 */
export function nextWakeAt(state: AuctionState): number | null {
  switch (state.phase) {
    case 'absent':
      return null
    case 'planned':
      return state.plannedAt + state.plan.deadlineMs + WATCHDOG_GRACE_MS
    case 'pinging':
      return Math.max(deadlineOf(state), windowEndOf(state)) + WATCHDOG_GRACE_MS
    case 'offered':
      return offerGoneAt(state.offer)
    case 'selling':
      return earliest([
        ...state.attempts.map(({ stage }) => attemptWakeAt(state, stage)),
        idleAt(state),
        untoldAt(state),
      ])
    case 'settled':
      // What the database was never told of is kept until a person has it told.
      return isUntold(state) ? untoldAt(state) : state.settledAt + RETENTION_MS
  }
}

function attemptWakeAt(state: Closed, stage: AttemptStage): number | null {
  if (stage.at === 'reserving' || stage.at === 'posting') return overdueAt(state, stage)
  return stage.at === 'unknown' && stage.retryAt !== null ? stage.retryAt + RETRY_GRACE_MS : null
}

/** Nothing is out: a restart lost what was to come next, and any look at the auction moves it on. */
function idleAt(state: Closed): number | null {
  const isOut = ({ stage: { at } }: Attempt) => at === 'reserving' || at === 'posting' || at === 'unknown'
  return state.attempts.some(isOut) ? null : deadlineOf(state) + WATCHDOG_GRACE_MS
}

function longestPostMs(state: Closed): number {
  return Math.max(state.plan.postTimeoutMs, ...state.plan.contenders.map(({ postTimeoutMs }) => postTimeoutMs))
}

function untoldAt(state: Closed & { readonly settledAt?: number }): number | null {
  if (!isUntold(state) || isToldInVain(state)) return null
  const { died } = state
  if (died?.sequence === state.sequence) return toldAnewAt(died)
  const since = Math.max(state.settledAt ?? state.closedAt, ...state.attempts.map(({ stage }) => stage.since))
  return since + ACKNOWLEDGE_GRACE_MS
}

type Telling = Pick<Closed, 'acknowledged' | 'sequence' | 'died'>

/** Whether the database has not heard of everything. */
export function isUntold({ acknowledged, sequence }: Telling): boolean {
  return acknowledged < sequence
}

/** Whether the queue gave up on the newest telling so often that it is left to a person. */
export function isToldInVain({ died, sequence }: Telling): boolean {
  return died !== null && died.sequence === sequence && died.count >= MAX_DEATHS
}

/**
 * Whether a telling that died is one more failure, and not another copy of the message that failed last.
 *
 * @param sequence that was to be told
 */
export function isNewDeath(state: Telling, sequence: number, now: number): boolean {
  if (sequence !== state.sequence || !isUntold(state) || isToldInVain(state)) return false
  const { died } = state
  if (died === null || died.sequence !== sequence) return true
  return now >= toldAnewAt(died)
}

function toldAnewAt({ at, count }: Died): number {
  return at + FIRST_DEATH_PAUSE_MS * 2 ** (count - 1)
}

function earliest(times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null)
  return known.length === 0 ? null : Math.min(...known)
}
