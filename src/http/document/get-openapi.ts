/** `GET /openapi.json`: the whole surface as an OpenAPI 3.1 document, with the host that it was asked at. */
import { createRoute, z } from '@hono/zod-openapi'
import { problemSchema } from '../../contracts/problem'
import type { App } from '../app'
import { originOf } from '../plumbing/origin'
import { buildDocument } from './build'
import { registerBuyersSide } from './buyers-side'

const route = createRoute({
  method: 'get',
  path: '/openapi.json',
  operationId: 'getOpenApiDocument',
  summary: 'Read this document',
  tags: ['Documents'],
  responses: {
    200: {
      description: 'An OpenAPI 3.1 document',
      content: {
        'application/json': {
          schema: z.looseObject({ openapi: z.string() }).openapi({ example: { openapi: '3.1.0' } }),
        },
      },
    },
  },
})

const MAX_ORIGINS = 4

export function registerGetOpenApi(app: App): void {
  app.openAPIRegistry.registerPath(route)
  app.openAPIRegistry.register('Problem', problemSchema)
  registerBuyersSide(app)
  // Building it takes tens of milliseconds: an isolate does so once for each host that it is asked at.
  const texts = new Map<string, string>()
  app.get(route.path, (c) => {
    const origin = originOf(c)
    const text = texts.get(origin) ?? JSON.stringify(buildDocument(app, origin))
    if (texts.size < MAX_ORIGINS) texts.set(origin, text)
    return c.body(text, 200, { 'content-type': 'application/json', 'access-control-allow-origin': '*' })
  })
}
