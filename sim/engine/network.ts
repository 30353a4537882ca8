/**
 * Calls between what is ours. A call may be lost, its answer may be lost, and it may arrive long after its caller gave it up;
 * the caller cannot tell these apart.
 */
import type { Host, Instance } from './host.ts'
import { Outage, type Running, type Wake, waitFor } from './running.ts'

/** One way, ms. */
const LATENCY_MS: readonly [number, ...number[]] = [1, 1, 2, 30, 1, 1, 2, 300]
const FAULT_ONE_IN = 60
/** Until the caller learns that there will be no answer. */
const GIVEN_UP_MS: readonly [number, ...number[]] = [5, 300, 3_000]
/** How late a call may arrive that was given up. */
const LATE_MS: readonly [number, ...number[]] = [10, 2_000, 30_000]

/** Calls another object. @throws Outage where there is no answer */
export function* call<T extends Instance, R>(
  from: Host<Instance>,
  to: Host<T>,
  act: (instance: T) => Running<R> | R,
): Running<R> {
  return (yield waitFor<R>((wake) => from.send(() => carry(from, to, act, wake)))) as R
}

function carry<T extends Instance, R>(
  from: Host<Instance>,
  to: Host<T>,
  act: (instance: T) => Running<R> | R,
  wake: Wake<R>,
): void {
  const { engine } = to
  const { chance } = engine
  const arriveAt = engine.now + chance.pick(LATENCY_MS)
  if (!chance.fault(FAULT_ONE_IN)) {
    engine.at(arriveAt, to.victim, () => to.serve(act, replyTo(from, to, wake)))
    return
  }
  const kind = chance.pick(['answer lost', 'lost', 'late'])
  engine.tell(from.name, `calls ${to.name}: ${kind}`)
  engine.at(engine.now + chance.pick(GIVEN_UP_MS), from.victim, () => wake.reject(new Outage(kind)))
  if (kind === 'answer lost') engine.at(arriveAt, to.victim, () => to.serve(act, NOBODY))
  if (kind === 'late') engine.at(arriveAt + chance.pick(LATE_MS), to.victim, () => to.serve(act, NOBODY))
}

const NOBODY = { ended: () => undefined, failed: () => undefined }

function replyTo<R>(from: Host<Instance>, { engine }: Host<Instance>, wake: Wake<R>) {
  return {
    ended: (value: R) => engine.at(engine.now + 1, from.victim, () => wake.resolve(value)),
    failed: (error: Outage) => engine.at(engine.now + 1, from.victim, () => wake.reject(error)),
  }
}
