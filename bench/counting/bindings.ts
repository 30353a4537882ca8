/** Counts rows written in D1, and operations of queues: a write, a read and a delete for each 64 KB of a message. */
import { tally } from './tally.ts'

const QUEUE_UNIT_BYTES = 64 * 1024

const known = new WeakMap<Env, Env>()

/** @returns the same bindings, counting; one for each environment, so that what is built once an isolate stays so */
export function countedEnv(env: Env): Env {
  const counted = known.get(env) ?? (mapBindings(env) as unknown as Env)
  known.set(env, counted)
  return counted
}

function mapBindings(env: Env): { readonly [name: string]: unknown } {
  return Object.fromEntries(Object.entries(env).map(([name, binding]) => [name, countedBinding(binding)]))
}

function countedBinding(binding: unknown): unknown {
  if (typeof binding !== 'object' || binding === null) return binding
  if ('sendBatch' in binding) return countedQueue(binding as Queue)
  return 'prepare' in binding ? countedDatabase(binding as D1Database) : binding
}

/** Calls the original on the original; `hooks` stand in for some of its members. */
function replaced<Target extends object>(target: Target, hooks: { readonly [name: string]: unknown }): Target {
  return new Proxy(target, {
    get(_, name) {
      if (typeof name === 'string' && Object.hasOwn(hooks, name)) return hooks[name]
      const value = Reflect.get(target, name, target) as unknown
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

function countedQueue(queue: Queue): Queue {
  return replaced(queue, {
    send: (body: unknown, options?: QueueSendOptions) => {
      tally.queue.written += units(body)
      return queue.send(body, options)
    },
    sendBatch: (messages: Iterable<MessageSendRequest>, options?: QueueSendBatchOptions) => {
      const all = [...messages]
      for (const { body } of all) tally.queue.written += units(body)
      return queue.sendBatch(all, options)
    },
  })
}

function units(body: unknown): number {
  return Math.ceil(new TextEncoder().encode(JSON.stringify(body)).length / QUEUE_UNIT_BYTES)
}

function countedDatabase(db: D1Database): D1Database {
  const originals = new WeakMap<object, D1PreparedStatement>()
  const counted = (statement: D1PreparedStatement): D1PreparedStatement => {
    const proxy = replaced(statement, {
      bind: (...values: unknown[]) => counted(statement.bind(...values)),
      run: async () => note(await statement.run()),
      all: async () => note(await statement.all()),
    })
    originals.set(proxy, statement)
    return proxy
  }
  return replaced(db, {
    prepare: (sql: string) => counted(db.prepare(sql)),
    batch: async (statements: readonly D1PreparedStatement[]) => {
      const results = await db.batch(statements.map((statement) => originals.get(statement) ?? statement))
      for (const result of results) note(result)
      return results
    },
  })
}

function note<Result extends D1Result<unknown>>(result: Result): Result {
  tally.d1Rows += result.meta.rows_written
  return result
}

/** @returns the batch, counting a read for each message, and a delete for each that is not given back */
export function countedBatch(batch: MessageBatch<unknown>): { batch: MessageBatch<unknown>; done: () => void } {
  const returned = new Set<string>()
  const messages = batch.messages.map((message) => {
    tally.queue.read += units(message.body)
    return replaced(message, {
      retry: (options?: QueueRetryOptions) => {
        returned.add(message.id)
        message.retry(options)
      },
    })
  })
  const retryAll = (options?: QueueRetryOptions) => {
    for (const { id } of batch.messages) returned.add(id)
    batch.retryAll(options)
  }
  const done = () => {
    for (const message of batch.messages) if (!returned.has(message.id)) tally.queue.deleted += units(message.body)
  }
  return { batch: replaced(batch, { messages, retryAll }), done }
}
