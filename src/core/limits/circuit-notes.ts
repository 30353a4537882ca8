/**
 * What a buyer's account knows of the circuits of all isolates, and what an operator is shown of it: per contract, the worst.
 *
 * An isolate that was evicted never says that its circuit has closed: what is long past its probe is taken for gone.
 */

export interface CircuitNote {
  readonly isolate: string
  readonly contractId: string
  readonly call: 'ping' | 'post'
  readonly state: 'open' | 'closed'
  /** Milliseconds since 1970. */
  readonly since: number
  readonly failures: number
  readonly lastReason: string
  /** When it is probed; null where it is closed. */
  readonly until: number | null
}

/** How a contract fares over all isolates. */
export interface ContractHealth extends Omit<CircuitNote, 'isolate' | 'state'> {
  readonly state: 'open' | 'half_open' | 'closed'
  /** How many isolates do not call the buyer. */
  readonly isolates: number
}

/** An isolate that still calls the buyer has probed it by then. */
const GONE_AFTER_MS = 10 * 60_000
/** For how long it is shown that there was trouble. */
const PAST_MS = 24 * 60 * 60_000
const MAX_NOTES = 500

/** @returns the notes from then on: the newest of each circuit, and none that says nothing any more */
export function withNote(notes: readonly CircuitNote[], note: CircuitNote, now: number): readonly CircuitNote[] {
  const others = notes.filter((known) => isCurrent(known, now) && !isSameCircuit(known, note))
  return [...others, note].slice(-MAX_NOTES)
}

/** @returns one entry for each contract that has, or lately had, a circuit open */
export function healthOf(notes: readonly CircuitNote[], now: number): readonly ContractHealth[] {
  const current = notes.filter((note) => isCurrent(note, now))
  const byContract = Map.groupBy(current, ({ contractId }) => contractId)
  return [...byContract.values()].flatMap((ofContract) => {
    const [worst] = ofContract.toSorted((left, right) => rank(left, now) - rank(right, now) || right.since - left.since)
    if (worst === undefined) return []
    const { isolate: _, state, ...rest } = worst
    const open = ofContract.filter((note) => note.state === 'open')
    const isolates = new Set(open.map((note) => note.isolate)).size
    return [{ ...rest, state: state === 'closed' ? state : stateNow(worst, now), isolates }]
  })
}

function stateNow({ until }: CircuitNote, now: number): 'open' | 'half_open' {
  return until !== null && now < until ? 'open' : 'half_open'
}

function rank(note: CircuitNote, now: number): number {
  if (note.state === 'closed') return 2
  return stateNow(note, now) === 'open' ? 0 : 1
}

function isCurrent({ until, since }: CircuitNote, now: number): boolean {
  return until === null ? now < since + PAST_MS : now < until + GONE_AFTER_MS
}

function isSameCircuit(left: CircuitNote, right: CircuitNote): boolean {
  return left.isolate === right.isolate && left.contractId === right.contractId && left.call === right.call
}
