/** As much of an OpenAPI 3.1 document as is touched here. */
export type JsonMap = { [name: string]: unknown }

export interface Operation extends JsonMap {
  operationId: string
  summary: string
  description?: string
  tags: string[]
  security?: readonly JsonMap[]
  parameters?: JsonMap[]
  requestBody?: { content: { [mediaType: string]: MediaType } }
  responses: { [status: string]: Answer }
}

export interface Answer extends JsonMap {
  $ref?: string
  description?: string
  headers?: JsonMap
  content?: { [mediaType: string]: MediaType }
}

export interface MediaType extends JsonMap {
  schema?: JsonMap
  example?: unknown
  examples?: { [name: string]: { value: unknown } }
}

export type PathItem = { [method: string]: Operation }

export interface OpenApiDocument extends JsonMap {
  openapi: string
  paths: { [path: string]: PathItem }
  webhooks: { [name: string]: PathItem }
  components: { schemas: { [name: string]: JsonMap }; responses: JsonMap; headers: JsonMap; securitySchemes: JsonMap }
}

/** @returns every operation of paths or webhooks, with its method and place */
export function operationsOf(items: {
  readonly [path: string]: PathItem
}): readonly { readonly path: string; readonly method: string; readonly operation: Operation }[] {
  return Object.entries(items).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  )
}
