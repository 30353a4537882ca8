/** Calls the served Gavel over HTTP. Connections belong to one life of the server and end with it. */
import { Agent, type IncomingHttpHeaders, request } from 'node:http'

const MAX_CALL_MS = 20_000

export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** As it came, for those who compare bytes. */
  readonly text: string
}

export interface Call {
  readonly key: string
  readonly json?: unknown
  /** A body that was made before; sent as it is. */
  readonly body?: string
  readonly headers?: { readonly [name: string]: string }
}

export class Client {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 })
  readonly #url: string

  constructor(url: string) {
    this.#url = url
  }

  /** @returns the whole answer @throws where the line was cut before its end: then nothing was acknowledged */
  call(method: string, path: string, { key, json, body, headers }: Call): Promise<Reply> {
    const content = json === undefined ? body : JSON.stringify(json)
    return new Promise((resolve, reject) => {
      const outgoing = request(
        `${this.#url}${path}`,
        {
          method,
          agent: this.#agent,
          timeout: MAX_CALL_MS,
          headers: {
            'x-api-key': key,
            ...(content !== undefined && {
              'content-type': 'application/json',
              'content-length': Buffer.byteLength(content),
            }),
            ...headers,
          },
        },
        (response) => {
          let text = ''
          response.setEncoding('utf8')
          response.on('data', (chunk: string) => {
            text += chunk
          })
          response.on('end', () => {
            if (response.complete) resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
            else reject(new Error('the answer was cut'))
          })
          response.on('error', reject)
        },
      )
      outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in time')))
      outgoing.on('error', reject)
      outgoing.end(content)
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}
