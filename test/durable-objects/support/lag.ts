/**
 * How late timers fire here while something is measured: nothing on a machine that is idle, more where it is shared. What a
 * deadline may be off by is said for the first.
 */
const EVERY_MS = 5

/** @returns what the work came to, and by how much the worst timer was late meanwhile */
export async function withLag<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly lagMs: number }> {
  let lagMs = 0
  let isOver = false
  const watch = (async () => {
    while (!isOver) {
      const from = performance.now()
      await scheduler.wait(EVERY_MS)
      lagMs = Math.max(lagMs, performance.now() - from - EVERY_MS)
    }
  })()
  const result = await work().finally(() => {
    isOver = true
  })
  await watch
  return { result, lagMs }
}
