/**
 * The OpenAPI 3.1 document: what endpoints registered, from the very schemas that check their calls, completed with what all
 * calls have in common.
 */
import type { App } from '../app'
import { HEADERS, INFO, LIMIT_HEADERS, SECURITY_SCHEMES, securityOf, tagsOf } from './about'
import { addCommonErrors, errorResponses } from './error-responses'
import { addExamples } from './examples'
import { scopesOf } from './scopes'
import { type JsonMap, type OpenApiDocument, type Operation, operationsOf } from './shapes'
import { tidySchemas } from './tidy'

/** @param origin where the document is read, which is where its calls go */
export function buildDocument(app: App, origin: string): OpenApiDocument {
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: INFO,
    servers: [{ url: origin, description: 'Sandbox with ld_test_ keys, live with ld_live_ keys' }],
  }) as unknown as OpenApiDocument
  tidySchemas(document, document.components.schemas)
  const calls = operationsOf(document.paths)
  for (const { path, method, operation } of calls) complete(operation, method, path)
  const received = operationsOf(document.webhooks)
  // Whom Gavel calls knows it by its signature, not by a credential of ours.
  for (const { operation } of received) operation.security = []
  const operations = [...calls, ...received].map(({ operation }) => operation)
  document.components = {
    ...document.components,
    responses: errorResponses(operations),
    headers: HEADERS,
    securitySchemes: SECURITY_SCHEMES,
  }
  for (const operation of operations) addExamples(operation, document.components.schemas)
  document.tags = tagsOf(new Set(operations.flatMap(({ tags }) => tags)))
  return document
}

function headersOf({ security = [], parameters = [] }: Operation): JsonMap {
  const repeats = parameters.some(({ name }) => name === 'idempotency-key')
  return {
    'X-Request-Id': { $ref: '#/components/headers/RequestId' },
    ...(security.length > 0 && LIMIT_HEADERS),
    ...(repeats && { 'Idempotent-Replayed': { $ref: '#/components/headers/IdempotentReplayed' } }),
  }
}

function complete(operation: Operation, method: string, path: string): void {
  const scopes = scopesOf(method, path)
  operation.security ??= securityOf(scopes)
  const needs = scopes.length === 0 ? 'Open to everybody.' : `Needs the scope \`${scopes.join('` or `')}\`.`
  operation.description = `${operation.description ?? `${operation.summary}.`} ${needs}`
  addCommonErrors(operation, operation.security.length > 0)
  for (const answer of Object.values(operation.responses)) {
    if (answer.$ref !== undefined) continue
    answer.headers = { ...headersOf(operation), ...answer.headers }
  }
}
