/** The management API, as an operator's client. */
import type { Client } from './client.ts'
import { OPERATOR_KEY } from './server.ts'

export interface Page<Row> {
  readonly data: readonly Row[]
  readonly next_cursor: string | null
}

export class Operator {
  readonly #client: Client

  constructor(client: Client) {
    this.#client = client
  }

  /** @returns the answer's body @throws unless it is a 2xx */
  async send<Body>(method: 'GET' | 'POST' | 'PUT' | 'PATCH', path: string, json?: object): Promise<Body> {
    const call = { key: OPERATOR_KEY, ...(json !== undefined && { json }) }
    const { status, text } = await this.#client.call(method, path, call)
    if (status < 200 || status > 299)
      throw new RefusedCall(status, `${method} ${path}: ${status} ${text.slice(0, 400)}`)
    return JSON.parse(text) as Body
  }

  get<Body>(path: string): Promise<Body> {
    return this.send('GET', path)
  }

  /** @returns every row of a list, page by page */
  async all<Row>(path: string, limit = 200): Promise<readonly Row[]> {
    const rows: Row[] = []
    const mark = path.includes('?') ? '&' : '?'
    for (let cursor: string | null = ''; cursor !== null; ) {
      const from: string = cursor === '' ? '' : `&cursor=${cursor}`
      const page: Page<Row> = await this.get(`${path}${mark}limit=${limit}${from}`)
      rows.push(...page.data)
      cursor = page.next_cursor
    }
    return rows
  }
}

/** The server answered, and it was no. */
export class RefusedCall extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}
