/**
 * The load, in a process of its own: connections that each send, wait, check and send again. No pipelining; what is
 * measured is a client that waits for its answer.
 */
import { connect, type Socket } from 'node:net'
import { type CampaignIds, leadFields, pingFields } from './leads.ts'
import { type Message, MessageReader, writeMessage } from './message.ts'

export interface LoadJob extends CampaignIds {
  readonly port: number
  readonly path: string
  readonly headers: { readonly [name: string]: string }
  readonly body: 'ping' | 'lead'
  /** Whether each request carries an Idempotency-Key of its own. */
  readonly keyed: boolean
  readonly connections: number
  /** No request begins later than this. */
  readonly maxMs: number
  readonly maxRequests: number
  /** The number of the first lead; no number comes twice in a run. */
  readonly firstNumber: number
  readonly expect: Expectation
}

/** What every answer must be, or the run is worth nothing. */
export interface Expectation {
  readonly status: number
  /** Members of the answer, or of its `data`, and their values. */
  readonly members: { readonly [name: string]: string | number | boolean }
}

export type LoadReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly elapsedMs: number; readonly latenciesMs: readonly number[] }
  | { readonly kind: 'failed'; readonly message: string }

const PATIENCE_MS = 15_000

class Client {
  readonly #socket: Socket
  readonly #reader = new MessageReader()
  #waiting: { resolve: (message: Message) => void; reject: (error: Error) => void } | null = null

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.setTimeout(PATIENCE_MS, () => this.#fail(new Error(`no answer within ${PATIENCE_MS} ms`)))
    socket.on('error', (error) => this.#fail(error))
    socket.on('close', () => this.#fail(new Error('the connection was closed')))
    socket.on('data', (chunk) => {
      for (const message of this.#reader.read(chunk)) this.#waiting?.resolve(message)
    })
  }

  static open(port: number): Promise<Client> {
    const socket = connect(port, '127.0.0.1')
    return new Promise((resolve, reject) => {
      socket.once('error', reject)
      socket.once('connect', () => resolve(new Client(socket)))
    })
  }

  send(text: string): Promise<Message> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      this.#socket.write(text)
    })
  }

  close(): void {
    this.#waiting = null
    this.#socket.destroy()
  }

  #fail(error: Error): void {
    this.#waiting?.reject(error)
    this.#waiting = null
  }
}

/** @throws where an answer is not what it must be */
function check({ head, body }: Message, { status, members }: Expectation): void {
  const answer = Number(head.slice(9, 12)) === status ? (JSON.parse(body) as Record<string, unknown>) : null
  const inner = (answer?.data ?? answer) as Record<string, unknown> | null
  const isRight = inner !== null && Object.entries(members).every(([name, value]) => inner[name] === value)
  if (isRight) return
  const wanted = `${status} with ${JSON.stringify(members)}`
  throw new Error(`wanted ${wanted}, got ${head.split('\r\n', 1)[0]} ${body.slice(0, 300)}`)
}

function requestText(job: LoadJob, number: number): string {
  const fields = job.body === 'ping' ? pingFields(job, number) : leadFields(job, number)
  const key = job.keyed ? { 'idempotency-key': `bench-${process.pid}-${number}` } : {}
  const headers = { host: `127.0.0.1:${job.port}`, 'content-type': 'application/json', ...job.headers, ...key }
  return writeMessage(`POST ${job.path} HTTP/1.1`, headers, JSON.stringify(fields))
}

async function run(job: LoadJob): Promise<LoadReport> {
  const clients = await Promise.all(Array.from({ length: job.connections }, () => Client.open(job.port)))
  const latenciesMs: number[] = []
  let sent = 0
  const startedAt = performance.now()
  const work = async (client: Client) => {
    while (sent < job.maxRequests && performance.now() - startedAt < job.maxMs) {
      const text = requestText(job, job.firstNumber + sent++)
      const sentAt = performance.now()
      const message = await client.send(text)
      latenciesMs.push(performance.now() - sentAt)
      check(message, job.expect)
    }
  }
  try {
    await Promise.all(clients.map(work))
    return { kind: 'done', elapsedMs: performance.now() - startedAt, latenciesMs }
  } finally {
    for (const client of clients) client.close()
  }
}

function report(message: LoadReport): void {
  process.send?.(message)
}

process.on('message', (job: LoadJob) => {
  run(job).then(report, (error: Error) => report({ kind: 'failed', message: `${job.path}: ${error.message}` }))
})
process.on('disconnect', () => process.exit(0))
report({ kind: 'ready' })
