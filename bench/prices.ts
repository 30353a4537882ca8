/**
 * What one sold lead costs at list price, in dollars per million leads. CPU time, duration of objects, rows read and
 * storage are left out: at these sizes they are cents, and no machine but the platform's own can measure them.
 */

export interface CostCounts {
  /** Rows written in Durable Objects. */
  readonly rowsObjects: number
  /** Rows written in D1, indexes included. */
  readonly rowsD1: number
  /** Requests to Durable Objects: method calls and alarms. */
  readonly objectCalls: number
  /** Writes, reads and deletes of messages, for each 64 KB. */
  readonly queueOps: number
  /** Invocations of the Worker: requests and batches of queues. */
  readonly workerRequests: number
}

/** Dollars per million, paid plan, beyond what is included. */
export const LIST_PRICES: { readonly [name in keyof CostCounts]: number } = {
  rowsObjects: 1,
  rowsD1: 1,
  objectCalls: 0.15,
  queueOps: 0.4,
  workerRequests: 0.3,
}

export const COST_NAMES: readonly (keyof CostCounts)[] = [
  'rowsObjects',
  'rowsD1',
  'objectCalls',
  'queueOps',
  'workerRequests',
]

/** @returns dollars for a million times these counts */
export function usdPerMillion(counts: CostCounts): number {
  return COST_NAMES.reduce((sum, name) => sum + counts[name] * LIST_PRICES[name], 0)
}

export function perLead(from: CostCounts, to: CostCounts, leads: number): CostCounts {
  const per = (name: keyof CostCounts) => (to[name] - from[name]) / leads
  return {
    rowsObjects: per('rowsObjects'),
    rowsD1: per('rowsD1'),
    objectCalls: per('objectCalls'),
    queueOps: per('queueOps'),
    workerRequests: per('workerRequests'),
  }
}
