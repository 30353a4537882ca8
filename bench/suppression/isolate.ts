/**
 * What the Worker's isolate has in memory, by the platform's own inspector: the heap, and the buffers beside it. That is what
 * the platform's limit of 128 MB is about; the process has the database and KV besides.
 */
import { createServer } from 'node:net'

const PATIENCE_MS = 5_000
const SAMPLE_EVERY_MS = 500
const LAST_SAMPLES = 20
const BYTES_PER_MB = 1_048_576

interface HeapUsage {
  readonly usedSize: number
  /** Of array buffers, where the filters and pages are. */
  readonly backingStorageSize?: number
}

/** @returns a port that nobody listens on */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** Looks at the isolate now and then. */
export class IsolateMemory {
  readonly #socket: WebSocket
  readonly #timer: ReturnType<typeof setInterval>
  readonly #answers = new Map<number, (result: unknown) => void>()
  #lastId = 0
  readonly #seenMb: number[] = []

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.addEventListener('message', ({ data }) => {
      const { id, result } = JSON.parse(String(data)) as { readonly id?: number; readonly result?: unknown }
      if (id === undefined) return
      this.#answers.get(id)?.(result)
      this.#answers.delete(id)
    })
    this.#timer = setInterval(() => void this.#look(), SAMPLE_EVERY_MS)
  }

  /** @param port the inspector's */
  static async watch(port: number): Promise<IsolateMemory> {
    const response = await fetch(`http://127.0.0.1:${port}/json`, { signal: AbortSignal.timeout(PATIENCE_MS) })
    const targets = (await response.json()) as readonly { readonly id: string; readonly webSocketDebuggerUrl: string }[]
    const target = targets.find(({ id }) => id.startsWith('core:user:'))
    if (target === undefined) throw new Error('the inspector shows no Worker')
    const socket = new WebSocket(target.webSocketDebuggerUrl)
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve, { once: true })
      socket.addEventListener('error', () => reject(new Error('the inspector does not answer')), { once: true })
    })
    return new IsolateMemory(socket)
  }

  /** @returns MB: the most that were seen at any moment, garbage included, and the least of the last seconds */
  async end(): Promise<{ readonly peakMb: number; readonly keptMb: number }> {
    clearInterval(this.#timer)
    await this.#look()
    this.#socket.close()
    const kept = Math.min(...this.#seenMb.slice(-LAST_SAMPLES))
    return { peakMb: Math.round(Math.max(...this.#seenMb)), keptMb: Math.round(kept) }
  }

  async #look(): Promise<void> {
    this.#seenMb.push(await this.#usedMb())
  }

  async #usedMb(): Promise<number> {
    const usage = (await this.#ask('Runtime.getHeapUsage')) as HeapUsage
    return (usage.usedSize + (usage.backingStorageSize ?? 0)) / BYTES_PER_MB
  }

  #ask(method: string): Promise<unknown> {
    const id = ++this.#lastId
    return new Promise((resolve) => {
      this.#answers.set(id, resolve)
      this.#socket.send(JSON.stringify({ id, method }))
    })
  }
}
