/** Calls Gavel as anyone would, and says in words what it answers other than hoped. */
import { Refusal } from '../scripts/refusal.ts'

const MAX_CALL_MS = 15_000

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH'
  readonly path: string
  readonly body?: object
}

interface Problem {
  readonly error?: string
  readonly message?: string
  readonly request_id?: string
  readonly filter_errors?: readonly string[]
  readonly field_errors?: readonly { readonly field: string; readonly expected: string }[]
}

export class Api {
  readonly #url: string
  readonly #key: string

  constructor(url: string, key: string) {
    this.#url = url
    this.#key = key
  }

  /** @throws Refusal for any answer but a 2xx */
  async call<Answer>(call: Call): Promise<Answer> {
    const response = await this.#send(call)
    if (!response.ok) throw new Refusal(await wordsOf(call, response))
    return (await response.json()) as Answer
  }

  /** @returns null for 404 */
  async find<Answer>(path: string): Promise<Answer | null> {
    const call = { method: 'GET', path } as const
    const response = await this.#send(call)
    if (response.status === 404) return null
    if (!response.ok) throw new Refusal(await wordsOf(call, response))
    return (await response.json()) as Answer
  }

  async #send({ method, path, body }: Call): Promise<Response> {
    const headers = { 'x-api-key': this.#key, ...(body && { 'content-type': 'application/json' }) }
    const content = body === undefined ? {} : { body: JSON.stringify(body) }
    const signal = AbortSignal.timeout(MAX_CALL_MS)
    return fetch(new URL(path, this.#url), { method, headers, signal, ...content }).catch((error) => {
      throw new Refusal(`${method} ${path} got no answer: ${error.cause?.message ?? error.message}`)
    })
  }
}

async function wordsOf({ method, path }: Call, response: Response): Promise<string> {
  const text = await response.text()
  const problem = parse(text)
  const fields = (problem?.field_errors ?? []).map(({ field, expected }) => `  ${field}: expected ${expected}`)
  const filters = (problem?.filter_errors ?? []).map((words) => `  ${words}`)
  const said = problem === null ? text.slice(0, 200) : `${problem.error}: ${problem.message} (${problem.request_id})`
  return [`${method} ${path} answered ${response.status}, ${said}`, ...fields, ...filters].join('\n')
}

function parse(text: string): Problem | null {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
