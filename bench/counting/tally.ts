/** What was counted since this isolate began. One isolate runs the Worker and all of its objects, so one tally holds all. */
export interface Tally {
  /** Rows that objects wrote, by class: puts, deletes and alarms one each, statements as SQLite reports them. */
  readonly objectRows: Record<string, number>
  /** Calls to objects, alarms among them, by `Class.method`. */
  readonly objectCalls: Record<string, number>
  d1Rows: number
  /** Operations of 64 KB, by what they are. */
  readonly queue: { written: number; read: number; deleted: number }
  /** Invocations of the Worker: requests, and batches of queues. */
  readonly worker: { requests: number; batches: number }
}

export const tally: Tally = {
  objectRows: {},
  objectCalls: {},
  d1Rows: 0,
  queue: { written: 0, read: 0, deleted: 0 },
  worker: { requests: 0, batches: 0 },
}

export function add(counts: Record<string, number>, name: string, count: number): void {
  counts[name] = (counts[name] ?? 0) + count
}
