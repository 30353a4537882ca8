/**
 * A buyer on a real socket that outlives every kill. It decides on a lead once its body is read, logs what it took, and then
 * answers in the manner that was drawn.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../../scripts/fuzz/random.ts'
import { type BuyerPlan, POST_TIMEOUT_MS } from '../market/plan.ts'
import { amountOf } from '../money.ts'
import { type Decision, decisionOf, drawManner, type Manner } from './manners.ts'
import type { Take, TakeLog } from './take-log.ts'

const LONGEST_PAUSE_MS = 60
const DRIP_MS = 50
const BID_LIFE_MS = 600_000

export interface Mood {
  /** Faults end before the books are compared, so that what can come to its end by itself does. */
  isCalm: boolean
}

export interface BuyerParts {
  readonly plan: BuyerPlan
  readonly random: Random
  readonly log: TakeLog
  readonly mood: Mood
}

interface Answer {
  readonly status: number
  readonly body: string
}

export class Buyer {
  readonly plan: BuyerPlan
  readonly url: string
  readonly #parts: BuyerParts
  readonly #server: Server
  /** What it bid, by token, in micros. */
  readonly #bids = new Map<string, number>()
  /** By key, of a buyer that honours them: what it said first it says again. */
  readonly #decided = new Map<string, Exclude<Decision, 'nothing'>>()

  private constructor(server: Server, parts: BuyerParts) {
    this.plan = parts.plan
    this.#parts = parts
    this.#server = server
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    server.on('request', (request, response) => void this.#serve(request, response).catch(() => response.destroy()))
  }

  /** Listens on a free port of the loopback. */
  static async start(parts: BuyerParts): Promise<Buyer> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new Buyer(server, parts)
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A line that dies under an answer is what this is all about.
    response.on('error', () => undefined)
    if (request.url === '/ping') return this.#ping(request, response)
    const { random, mood } = this.#parts
    const manner = mood.isCalm ? 'honest' : drawManner(random)
    if (manner === 'resets_unread') {
      this.#parts.log.count(manner)
      request.destroy()
      return
    }
    const body = await readBody(request)
    if (body !== null) await this.#post(response, { manner, body, key: String(request.headers['idempotency-key']) })
  }

  async #ping(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { random, mood, plan } = this.#parts
    if ((await readBody(request)) === null) return
    await sleep(random.below(LONGEST_PAUSE_MS / 2))
    const draw = mood.isCalm ? 100 : random.below(100)
    if (draw < 2) return
    if (draw < 4) return void response.destroy()
    if (draw < 6) return say(response, { status: 200, body: '<!doctype html>' })
    if (draw < 8) return say(response, { status: 200, body: JSON.stringify({ bid: { amount: -1, currency: 'USD' } }) })
    if (draw < 16)
      return say(response, { status: 200, body: JSON.stringify({ bid: null, reject_reason: 'not_wanted' }) })
    const [from, to] = plan.bids
    const priceMicros = from + random.below(to - from)
    const token = `${plan.name}-${this.#bids.size}-${priceMicros}`
    this.#bids.set(token, priceMicros)
    const valid_until = new Date(Date.now() + BID_LIFE_MS).toISOString()
    const bid = { amount: amountOf(priceMicros), currency: 'USD', bid_token: token, valid_until }
    say(response, { status: 200, body: JSON.stringify({ bid }) })
  }

  async #post(response: ServerResponse, post: { manner: Manner; body: string; key: string }): Promise<void> {
    const { log, random, plan } = this.#parts
    log.compare(plan.name, post.key, post.body)
    const before = plan.honoursKeys ? this.#decided.get(post.key) : undefined
    const decision = before ?? decisionOf(post.manner, random)
    if (decision !== 'nothing') this.#decided.set(post.key, decision)
    const take = before === 'takes' ? log.find(plan.name, post.key) : undefined
    const taken = decision === 'takes' ? (take ?? this.#take(post)) : null
    // What was decided is said again, in whatever manner: a refusal of what was taken would be a lie.
    const isCopy = before !== undefined
    const manner =
      isCopy && post.manner === 'refuses'
        ? 'honest'
        : isCopy && taken !== null && plan.copies === 'bare_409'
          ? 'conflict_on_copy'
          : post.manner
    log.count(manner)
    await sleep(random.below(LONGEST_PAUSE_MS))
    await answer(response, manner, wordsOf(taken, post.key))
  }

  #take({ body, key }: { readonly body: string; readonly key: string }): Take {
    const { log, plan } = this.#parts
    const { bid_token: token, lead, ...fields } = JSON.parse(body)
    const priceMicros = plan.priceMicros ?? this.#bids.get(token) ?? Number.NaN
    const reference = `${plan.name}-lead-${log.takes.length}`
    const take = { buyer: plan.name, key, phone: (lead ?? fields).phone, priceMicros, reference, at: Date.now() }
    log.write(take)
    return take
  }
}

function wordsOf(take: Take | null, key: string): Answer {
  if (take === null) return { status: 422, body: JSON.stringify({ error: 'not wanted', key }) }
  return { status: 201, body: JSON.stringify({ lead_id: take.reference }) }
}

async function answer(response: ServerResponse, manner: Manner, words: Answer): Promise<void> {
  switch (manner) {
    case 'honest':
    case 'refuses':
      return say(response, words)
    case 'takes_and_resets':
    case 'resets_unread':
      return void response.destroy()
    case 'late':
      await sleep(POST_TIMEOUT_MS + 200)
      return say(response, words)
    case 'takes_and_fails':
      return say(response, { status: 500, body: '' })
    case 'fails':
      return say(response, { status: 503, body: '' })
    case 'nonsense':
      return say(response, { status: 200, body: '<!doctype html><p>Log in to continue' })
    case 'half_an_answer':
      response.writeHead(words.status, { 'content-type': 'application/json', 'content-length': '200' })
      response.write(words.body.slice(0, 9), () => response.destroy())
      return
    case 'hangs':
      return
    case 'slow_body':
      return drip(response, words)
    case 'busy':
      response.setHeader('retry-after', '1')
      return say(response, { status: 429, body: '' })
    case 'conflict_on_copy':
      return say(response, { status: 409, body: '' })
  }
}

function say(response: ServerResponse, { status, body }: Answer): void {
  const type = body.startsWith('<') ? 'text/html' : 'application/json'
  if (!response.destroyed) response.writeHead(status, { 'content-type': type }).end(body)
}

/** One byte at a time, for longer than anybody waits. */
function drip(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  let sent = 0
  const timer = setInterval(() => {
    if (sent >= body.length) return void response.end()
    response.write(body.charAt(sent))
    sent += 1
  }, DRIP_MS)
  response.on('close', () => clearInterval(timer))
}

/** @returns null where the caller went away before its end */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer)
    return Buffer.concat(chunks).toString('utf8')
  } catch {
    return null
  }
}
