/** A webhook receiver on a real socket: answers as it is told, and knows what it was sent. */
import { answer, HttpBuyer, type Manner, type ReceivedCall } from './http-buyer'

export interface ReceivedEvent {
  readonly id: string
  readonly type: string
  readonly created_at: string
  // biome-ignore lint/suspicious/noExplicitAny: a test says by its expectations what the event tells
  readonly data: any
}

/** One sending of an event, as it came over the wire. */
export interface Sending {
  readonly event: ReceivedEvent
  readonly call: ReceivedCall
}

export class WebhookReceiver {
  readonly #http: HttpBuyer

  private constructor(http: HttpBuyer) {
    this.#http = http
  }

  /** Takes everything until told otherwise. */
  static async start(manner: Manner = answer(204, '')): Promise<WebhookReceiver> {
    return new WebhookReceiver((await HttpBuyer.start()).whenPosted(manner))
  }

  get url(): string {
    return `${this.#http.url}/hooks`
  }

  get sendings(): readonly Sending[] {
    return this.#http.posts.map((call) => ({ call, event: JSON.parse(call.body) }))
  }

  /** @returns the data of what has come, by type */
  dataOf(type: string): readonly ReceivedEvent['data'][] {
    return this.sendings.filter(({ event }) => event.type === type).map(({ event }) => event.data)
  }

  when(manner: Manner): this {
    this.#http.whenPosted(manner)
    return this
  }

  /** Resolves with the sendings of the type as soon as there are so many; @throws when they do not come */
  async waitFor(type: string, count = 1): Promise<readonly [Sending, ...Sending[]]> {
    for (;;) {
      const found = this.sendings.filter(({ event }) => event.type === type)
      const [first, ...rest] = found
      if (first !== undefined && found.length >= count) return [first, ...rest]
      await this.#http.waitFor('post', this.#http.posts.length + 1)
    }
  }

  async close(): Promise<void> {
    await this.#http.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
