/** `GET /postman.json` and its environments: the document as requests that run. */
import { createRoute, z } from '@hono/zod-openapi'
import type { App } from '../app'
import { originOf } from '../plumbing/origin'
import { buildDocument } from './build'
import { postmanCollection, postmanEnvironment } from './postman'

const collection = createRoute({
  method: 'get',
  path: '/postman.json',
  operationId: 'getPostmanCollection',
  summary: 'Download the Postman collection, with tests in it',
  tags: ['Documents'],
  responses: {
    200: {
      description: 'A Postman collection, v2.1',
      content: {
        'application/json': {
          schema: z.looseObject({ info: z.object({ name: z.string() }), item: z.array(z.unknown()) }),
        },
      },
    },
  },
})

const environment = (name: 'Sandbox' | 'Production') =>
  createRoute({
    method: 'get',
    path: `/postman/${name.toLowerCase()}.json`,
    operationId: `getPostman${name}`,
    summary: `Download the Postman environment for ${name === 'Sandbox' ? 'the sandbox' : 'production'}`,
    tags: ['Documents'],
    responses: {
      200: {
        description: 'A Postman environment',
        content: { 'application/json': { schema: z.looseObject({ name: z.string(), values: z.array(z.unknown()) }) } },
      },
    },
  })

const DOWNLOAD = { 'content-type': 'application/json', 'access-control-allow-origin': '*' }

export function registerGetPostman(app: App): void {
  app.openAPIRegistry.registerPath(collection)
  app.get(collection.path, (c) => {
    const origin = originOf(c)
    return c.body(JSON.stringify(postmanCollection(buildDocument(app, origin), origin)), 200, DOWNLOAD)
  })
  for (const name of ['Sandbox', 'Production'] as const) {
    const route = environment(name)
    app.openAPIRegistry.registerPath(route)
    app.get(route.path, (c) => c.body(JSON.stringify(postmanEnvironment(name, originOf(c))), 200, DOWNLOAD))
  }
}
