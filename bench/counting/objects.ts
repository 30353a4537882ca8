/**
 * Counts what an object writes and how often it is called, by shadowing the methods of its own storage and class. What the
 * object does is not changed.
 */
import { countedEnv } from './bindings.ts'
import { add, tally } from './tally.ts'

type Method = (this: unknown, ...args: never[]) => unknown
type Shape = Record<string, unknown>
type ObjectClass = new (ctx: DurableObjectState, env: Env) => object

/** Every object that there was, as `Class/id`. */
export const met = new Set<string>()

const FUTURE_MS = 31 * 24 * 60 * 60 * 1_000
const realNow = Date.now
let aheadMs = 0
Date.now = () => realNow() + aheadMs

async function inTheFuture(act: () => Promise<void>): Promise<void> {
  aheadMs = FUTURE_MS
  try {
    await act()
  } finally {
    aheadMs = 0
  }
}

/**
 * @param name of the class: a deployment's own names are shortened
 * @returns the class, counting; the same behaviour otherwise
 */
export function counted<Class extends ObjectClass>(name: string, Base: Class): Class {
  const Counting = class extends (Base as ObjectClass) {
    constructor(ctx: DurableObjectState, env: Env) {
      countStorage(name, ctx.storage)
      super(ctx, countedEnv(env))
      met.add(`${name}/${ctx.id}`)
    }

    /** Runs the alarm as if 31 days had passed. */
    async expire(): Promise<void> {
      await inTheFuture(async () => {
        await (this as { alarm?: () => Promise<void> }).alarm?.()
      })
    }
  }
  countCalls(name, Base.prototype, Counting.prototype)
  return Counting as unknown as Class
}

/** Every public method is a call from outside: the classes call only their private methods themselves. */
function countCalls(name: string, base: object, target: object): void {
  for (let from = base; isOurs(from); from = Object.getPrototypeOf(from)) {
    for (const method of Object.getOwnPropertyNames(from)) {
      const original = (from as Shape)[method]
      if (method === 'constructor' || typeof original !== 'function' || Object.hasOwn(target, method)) continue
      shadow(target, method, function (this: unknown, ...args) {
        add(tally.objectCalls, `${name}.${method}`, 1)
        return (original as Method).apply(this, args)
      })
    }
  }
}

/** Up to the platform's own base class. */
function isOurs(prototype: object): boolean {
  return prototype !== Object.prototype && prototype.constructor.name !== 'DurableObject'
}

function countStorage(name: string, storage: DurableObjectStorage): void {
  const write = (rows: number) => add(tally.objectRows, name, rows)
  const { sql, kv } = storage
  count(kv, 'put', { after: () => write(1) })
  count(kv, 'delete', { after: () => write(1) })
  count(storage, 'setAlarm', { after: () => write(1) })
  count(storage, 'deleteAlarm', { after: () => write(1) })
  for (const method of ['put', 'delete']) {
    const after = (_result: unknown, [keys]: readonly unknown[]) => write(keysIn(keys))
    count(storage, method, { after })
  }
  count(storage, 'deleteAll', { before: () => write([...kv.list()].length + tableRows(sql)) })
  // A statement that returns rows goes on writing until they are read, which its caller does at once.
  const after = (cursor: unknown) => queueMicrotask(() => write((cursor as SqlStorageCursor<never>).rowsWritten))
  count(sql, 'exec', { after })
}

/** How many entries a put or delete is about: one key, a list of keys, or an object of entries. */
function keysIn(keys: unknown): number {
  return typeof keys === 'string' ? 1 : Object.keys(keys as object).length
}

const OWN_TABLES = `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_*' AND name NOT GLOB 'sqlite*'`

function tableRows(sql: SqlStorage): number {
  const tables = sql.exec<{ name: string }>(OWN_TABLES).toArray()
  const rowsOf = (table: string) => sql.exec<{ rows: number }>(`SELECT count(*) AS rows FROM "${table}"`).one().rows
  return tables.reduce((sum, { name }) => sum + rowsOf(name), 0)
}

interface Watch {
  readonly before?: () => void
  readonly after?: (result: unknown, args: readonly unknown[]) => void
}

function count(target: object, method: string, { before, after }: Watch): void {
  const original = (target as Shape)[method]
  if (typeof original !== 'function') throw new Error(`nothing to count: ${method}`)
  shadow(target, method, (...args) => {
    before?.()
    const result = (original as Method).apply(target, args)
    after?.(result, args)
    return result
  })
}

function shadow(target: object, method: string, value: Method): void {
  Object.defineProperty(target, method, { value, configurable: true, writable: true })
}
