/**
 * Tells a process that whoever started it is gone: a server that nobody can stop any more would hold the port and the state.
 *
 * A parent that is killed says nothing, so the ones that matter are looked at: under npm, everything up to npm itself, as a
 * shell may stand in between; under a Node parent that keeps a channel open, that channel.
 */
import { commandOf, isAlive, nameOf, type ProcessName, parentOf } from './processes.ts'

const LOOK_EVERY_MS = 200
/** From npm down to a script there are a shell and the bootstrap at most. */
const MAX_ANCESTORS = 4

/** Calls back once, when the process has lost its starter. Started by hand from a shell, it never does. */
export function onStarterGone(tell: () => void): void {
  let isTold = false
  const tellOnce = () => {
    if (!isTold) tell()
    isTold = true
  }
  if (process.channel !== undefined) process.once('disconnect', tellOnce)
  const ancestors = process.env.npm_lifecycle_event === undefined ? [] : ancestorsUpToNpm()
  if (ancestors.length === 0) return
  setInterval(() => {
    if (!ancestors.every(isAlive)) tellOnce()
  }, LOOK_EVERY_MS).unref()
}

function ancestorsUpToNpm(): readonly ProcessName[] {
  const ancestors: ProcessName[] = []
  let pid: number | null = process.ppid
  while (pid !== null && pid > 1 && ancestors.length < MAX_ANCESTORS) {
    const name = nameOf(pid)
    if (name === null) break
    ancestors.push(name)
    if (/^npm\b|\/npm-cli\.js\b/.test(commandOf(pid))) return ancestors
    pid = parentOf(pid)
  }
  // Not npm, but something that sets its variables: the direct parent is all that is certain.
  return ancestors.slice(0, 1)
}
