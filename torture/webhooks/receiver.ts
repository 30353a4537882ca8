/** A webhook receiver that outlives every kill. It refuses a few events when they come first, and takes the next try. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Random } from '../../scripts/fuzz/random.ts'
import type { Mood } from '../buyers/buyer.ts'
import type { Journal } from '../journal.ts'

const REFUSED_SHARE = 0.03

export interface ReceivedEvent {
  readonly id: string
  readonly type: string
  readonly data: { readonly [member: string]: unknown }
}

export interface ReceiverParts {
  /** Whose it is, for the log. */
  readonly owner: string
  readonly random: Random
  readonly mood: Mood
  readonly journal: Journal
}

export class Receiver {
  readonly owner: string
  readonly url: string
  /** What was taken, by id. */
  readonly taken = new Map<string, ReceivedEvent>()
  sendings = 0
  readonly #refused = new Set<string>()
  readonly #server: Server
  readonly #parts: ReceiverParts

  private constructor(server: Server, parts: ReceiverParts) {
    this.owner = parts.owner
    this.#server = server
    this.#parts = parts
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`
    server.on('request', (request, response) => {
      let text = ''
      request.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      request.on('end', () => response.writeHead(this.#take(text)).end())
    })
  }

  static async start(parts: ReceiverParts): Promise<Receiver> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new Receiver(server, parts)
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  /** @returns the status to answer with */
  #take(text: string): number {
    const event = JSON.parse(text) as ReceivedEvent
    const { random, mood, journal } = this.#parts
    this.sendings += 1
    const isFirst = !this.#refused.has(event.id) && !this.taken.has(event.id)
    if (isFirst && !mood.isCalm && random.chance(REFUSED_SHARE)) {
      this.#refused.add(event.id)
      return 500
    }
    this.taken.set(event.id, event)
    journal.write('webhooks', { owner: this.owner, ...event })
    return 204
  }
}
