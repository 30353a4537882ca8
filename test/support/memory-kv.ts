/** A KV namespace in memory that counts, and that fails or forgets as a test wants. */
export class MemoryKv {
  readonly values = new Map<string, ArrayBuffer>()
  readonly reads: string[] = []
  readonly writes: string[] = []
  /** Runs before each write; what it throws, the write throws. */
  beforeWrite: (key: string) => void | Promise<void> = () => {}
  /** How long a read takes. */
  readMs = 0

  get namespace(): KVNamespace {
    return this as unknown as KVNamespace
  }

  async get(key: string, options: { readonly type: 'arrayBuffer' | 'json' | 'text' }): Promise<unknown> {
    this.reads.push(key)
    if (this.readMs > 0) await scheduler.wait(this.readMs)
    const value = this.values.get(key)
    if (value === undefined) return null
    if (options.type === 'arrayBuffer') return value.slice(0)
    const text = new TextDecoder().decode(value)
    return options.type === 'json' ? JSON.parse(text) : text
  }

  async put(key: string, value: string | Uint8Array): Promise<void> {
    await this.beforeWrite(key)
    this.writes.push(key)
    const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value
    this.values.set(key, bytes.slice().buffer as ArrayBuffer)
  }

  async delete(key: string): Promise<void> {
    this.values.delete(key)
  }

  async list({ prefix }: { readonly prefix: string }): Promise<object> {
    const keys = [...this.values.keys()].filter((name) => name.startsWith(prefix)).map((name) => ({ name }))
    return { keys, list_complete: true }
  }
}
