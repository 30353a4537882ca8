/** The OpenAPI document as a judge: which operation a call is, and whether an answer is one that the document allows. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

export type Json = { readonly [name: string]: unknown }

export interface Operation {
  readonly id: string
  readonly method: string
  /** With parameters in braces. */
  readonly path: string
  readonly parameters: readonly Parameter[]
  /** By media type. */
  readonly bodies: { readonly [mediaType: string]: { readonly schema: Json; readonly example: unknown } }
  readonly isOpen: boolean
  readonly responses: { readonly [status: string]: Json }
}

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly schema: Json
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete']

export class ContractDocument {
  readonly operations: readonly Operation[]
  readonly #document: Json
  readonly #ajv: Ajv2020
  readonly #validators = new Map<string, ValidateFunction>()

  constructor(document: Json) {
    this.#document = document
    this.#ajv = new Ajv2020({ strict: false, allErrors: false, validateFormats: true })
    addFormats.default(this.#ajv)
    this.#ajv.addSchema(document, 'document')
    this.operations = this.#readOperations('paths')
  }

  static async fetchFrom(url: string): Promise<ContractDocument> {
    const response = await fetch(`${url}/openapi.json`)
    return new ContractDocument((await response.json()) as Json)
  }

  /** What Gavel calls itself: buyers' calls and events. */
  received(): readonly Operation[] {
    return this.#readOperations('webhooks')
  }

  /** @returns what is wrong with the value in words, or null. @param pointer of the schema in the document */
  faultOf(pointer: string, value: unknown): string | null {
    let validate = this.#validators.get(pointer)
    if (validate === undefined) {
      validate = this.#ajv.compile({ $ref: `document#${pointer}` })
      this.#validators.set(pointer, validate)
    }
    if (validate(value)) return null
    const [error] = validate.errors ?? []
    return `${error?.instancePath ?? ''} ${error?.message ?? 'is not of the schema'}`
  }

  /**
   * Judges one answer to a call of the operation.
   *
   * @returns what the document does not allow about it, in words, or null
   */
  judge(operation: Operation, { status, headers, text }: Answer): string | null {
    if (!/^req_[0-9A-HJKMNP-TV-Z]{26}$/.test(headers.get('x-request-id') ?? '')) return 'no X-Request-Id'
    const declared = operation.responses[status]
    if (declared === undefined) return `status ${status} is not in the document: ${text.slice(0, 200)}`
    const { value, pointer } = this.#resolve(declared, this.#pointerOf(operation, status))
    const content = value.content as { readonly [type: string]: { readonly schema?: Json } } | undefined
    if (content === undefined) return text === '' ? null : 'a body where none is declared'
    const mediaType = (headers.get('content-type') ?? '').split(';')[0] ?? ''
    if (content[mediaType] === undefined) return `content type ${mediaType} is not in the document`
    if (!/[/+]json$/.test(mediaType)) return null
    const body = parseJson(text)
    if (body === undefined) return 'a body that is not JSON'
    const fault = this.faultOf(`${pointer}/content/${escaped(mediaType)}/schema`, body)
    return fault === null ? null : `${status} ${fault}: ${text.slice(0, 300)}`
  }

  /** @returns the schema behind a reference */
  resolve(schema: Json): Json {
    return this.#resolve(schema, '').value
  }

  #resolve(value: Json, pointer: string): { readonly value: Json; readonly pointer: string } {
    if (typeof value.$ref !== 'string') return { value, pointer }
    const target = value.$ref.slice(1)
    return this.#resolve(this.#at(target), target)
  }

  #at(pointer: string): Json {
    const parts = pointer.split('/').slice(1)
    return parts.reduce<Json>(
      (node, part) => node[part.replaceAll('~1', '/').replaceAll('~0', '~')] as Json,
      this.#document,
    )
  }

  #pointerOf({ path, method }: Operation, status: number): string {
    return `/paths/${escaped(path)}/${method.toLowerCase()}/responses/${status}`
  }

  #readOperations(section: 'paths' | 'webhooks'): readonly Operation[] {
    return Object.entries((this.#document[section] ?? {}) as Json).flatMap(([path, item]) =>
      METHODS.flatMap((method) => {
        const operation = (item as Json)[method] as Json | undefined
        if (operation === undefined) return []
        const body = operation.requestBody as { readonly content: Operation['bodies'] } | undefined
        return [
          {
            id: operation.operationId as string,
            method: method.toUpperCase(),
            path,
            parameters: (operation.parameters ?? []) as readonly Parameter[],
            bodies: body?.content ?? {},
            isOpen: (operation.security as readonly unknown[]).length === 0,
            responses: operation.responses as Operation['responses'],
          },
        ]
      }),
    )
  }
}

function escaped(part: string): string {
  // A reference is a URI: what is not allowed in one is percent-encoded as well.
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')).replaceAll('%7E', '~')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
