/**
 * What the processes of the platform used of the processors. Unlike a rate, it hardly grows while the machine is busy with
 * other things; Linux tells it, elsewhere there is none.
 */
import { readdirSync, readFileSync } from 'node:fs'

const MS_PER_TICK = 10

/** @returns this process's children that run workerd */
export function runtimePids(): readonly number[] {
  try {
    const threads = readdirSync('/proc/self/task')
    const children = threads.flatMap((id) => readFileSync(`/proc/self/task/${id}/children`, 'utf8').trim().split(' '))
    return children
      .map(Number)
      .filter((pid) => pid > 0 && readFileSync(`/proc/${pid}/comm`, 'utf8').includes('workerd'))
  } catch {
    return []
  }
}

/** @returns null where it cannot be known */
export function processorMs(pid: number | null): number | null {
  try {
    const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
    const [user, system] = fields.split(' ').slice(11, 13)
    return (Number(user) + Number(system)) * MS_PER_TICK
  } catch {
    return null
  }
}
