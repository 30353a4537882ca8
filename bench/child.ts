/** A process of the bench's own that answers one message at a time. */
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'

export class Child<Request, Report> {
  readonly #process: ChildProcess
  readonly #patienceMs: number

  private constructor(process: ChildProcess, patienceMs: number) {
    this.#process = process
    this.#patienceMs = patienceMs
  }

  /** @returns the process and the first thing that it said */
  static async start<Request, Report>(script: string, patienceMs: number): Promise<[Child<Request, Report>, Report]> {
    const path = join(import.meta.dirname, script)
    const child = new Child<Request, Report>(fork(path, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }), patienceMs)
    return [child, await child.#next()]
  }

  async ask(request: Request): Promise<Report> {
    const answer = this.#next()
    this.#process.send(request as object)
    return answer
  }

  stop(): void {
    this.#process.kill()
  }

  /** For a process that does not heed the signals that are asked nicely. */
  kill(): void {
    this.#process.kill('SIGKILL')
  }

  #next(): Promise<Report> {
    return new Promise((resolve, reject) => {
      const over = (error: Error | null, report?: unknown) => {
        clearTimeout(timer)
        this.#process.off('message', onMessage).off('exit', onExit)
        if (error === null) resolve(report as Report)
        else reject(error)
      }
      const onMessage = (report: unknown) => over(null, report)
      const onExit = () => over(new Error('a process of the bench ended by itself'))
      const timer = setTimeout(() => over(new Error('a process of the bench does not answer')), this.#patienceMs)
      this.#process.on('message', onMessage).on('exit', onExit)
    })
  }
}
