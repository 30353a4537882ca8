/**
 * Names processes so that no other is ever meant: a number is given to another process soon after its own has ended, a
 * number together with a start time is not.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

export interface ProcessName {
  readonly pid: number
  /** In the units of the system; only good for comparing. */
  readonly startedAt: string
}

interface ProcessStatus {
  readonly startedAt: string
  readonly parent: number
}

const POLL_MS = 10

export function isAlive({ pid, startedAt }: ProcessName): boolean {
  return statusOf(pid)?.startedAt === startedAt
}

/** @returns the process's full name, or null where there is none */
export function nameOf(pid: number): ProcessName | null {
  const status = statusOf(pid)
  return status === null ? null : { pid, startedAt: status.startedAt }
}

export function parentOf(pid: number): number | null {
  return statusOf(pid)?.parent ?? null
}

/** The words that the process was started with, or has called itself since. */
export function commandOf(pid: number): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).trim()
  } catch {
    return ''
  }
}

/** Ends the process at once, if it is still that one. */
export function kill(name: ProcessName, signal: NodeJS.Signals = 'SIGKILL'): void {
  if (!isAlive(name)) return
  try {
    process.kill(name.pid, signal)
  } catch {
    // It ended in between.
  }
}

/** @returns whether the process was gone within the time */
export async function waitForEnd(name: ProcessName, withinMs: number): Promise<boolean> {
  const until = performance.now() + withinMs
  while (isAlive(name)) {
    if (performance.now() > until) return false
    await sleep(POLL_MS)
  }
  return true
}

/** Ended but not yet collected by its parent counts as gone. */
function statusOf(pid: number): ProcessStatus | null {
  try {
    return process.platform === 'linux' ? linuxStatus(pid) : otherStatus(pid)
  } catch {
    return null
  }
}

/** The second member of the line is the command in brackets and may hold anything; numbered from 1, state is 3, parent 4, start 22. */
function linuxStatus(pid: number): ProcessStatus | null {
  const line = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const members = line.slice(line.lastIndexOf(')') + 2).split(' ')
  const [state, parent, startedAt] = [members[0], members[1], members[19]]
  if (state === 'Z' || state === 'X' || startedAt === undefined) return null
  return { startedAt, parent: Number(parent) }
}

function otherStatus(pid: number): ProcessStatus | null {
  const env = { ...process.env, LC_ALL: 'C' }
  const line = execFileSync('ps', ['-o', 'stat=,ppid=,lstart=', '-p', String(pid)], { encoding: 'utf8', env })
  const [state = 'Z', parent, ...start] = line.trim().split(/\s+/)
  return state.startsWith('Z') ? null : { startedAt: start.join(' '), parent: Number(parent) }
}
