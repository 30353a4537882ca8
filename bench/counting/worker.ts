/**
 * The deployed Worker with everything counted that costs money. `GET /__tally` shows the counts; `POST /__expire` runs the
 * alarms of all objects as if 31 days had passed. Made into a Worker of its own by ../counting-entry.ts.
 */
import { countedBatch, countedEnv } from './bindings.ts'
import { counted, met } from './objects.ts'
import { tally } from './tally.ts'

export { counted }

/** As much of the deployed Worker as is called. */
export interface CountedWorker {
  fetch(request: Request, env: Env, ctx: ExecutionContext): Promise<Response>
  queue(batch: MessageBatch<unknown>, env: Env, ctx: ExecutionContext): Promise<void>
  scheduled(controller: ScheduledController, env: Env, ctx: ExecutionContext): Promise<void>
}

/** @param bindings the binding of each object class */
export function countingWorker(
  worker: CountedWorker,
  bindings: { readonly [className: string]: keyof Env },
): CountedWorker {
  return {
    async fetch(request, env, ctx) {
      const { pathname } = new URL(request.url)
      if (pathname === '/__tally') return Response.json(tally)
      if (pathname === '/__expire') return expireAll(env, bindings)
      tally.worker.requests++
      return worker.fetch(request, countedEnv(env), ctx)
    },
    async queue(batch, env, ctx) {
      tally.worker.batches++
      const { batch: counting, done } = countedBatch(batch)
      await worker.queue(counting, countedEnv(env), ctx)
      done()
    },
    async scheduled(controller, env, ctx) {
      await worker.scheduled(controller, countedEnv(env), ctx)
    },
  }
}

interface Expiring {
  expire(): Promise<void>
}

async function expireAll(env: Env, bindings: { readonly [className: string]: keyof Env }): Promise<Response> {
  for (const name of [...met]) {
    const [className = '', id = ''] = name.split('/')
    const binding = bindings[className]
    if (binding === undefined) throw new Error(`no binding of ${className}`)
    const namespace = env[binding] as unknown as DurableObjectNamespace
    await (namespace.get(namespace.idFromString(id)) as unknown as Expiring).expire()
  }
  return new Response(null, { status: 204 })
}
