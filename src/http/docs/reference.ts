/** `GET /docs` and the script that draws it; nothing is loaded from another host. */
import { createRoute, z } from '@hono/zod-openapi'
import type { App } from '../app'

const SCRIPT_PATH = '/docs/reference.js'
const DAY_SECONDS = 86_400

const page = createRoute({
  method: 'get',
  path: '/docs',
  operationId: 'getReference',
  summary: 'Read the API reference in a browser',
  tags: ['Documents'],
  responses: {
    200: {
      description: 'A page',
      content: { 'text/html': { schema: z.string().openapi({ example: '<!doctype html>' }) } },
    },
  },
})

const script = createRoute({
  method: 'get',
  path: SCRIPT_PATH,
  operationId: 'getReferenceScript',
  summary: 'The script of the API reference',
  tags: ['Documents'],
  responses: {
    200: {
      description: 'JavaScript, compressed',
      content: { 'text/javascript': { schema: z.string().openapi({ example: '(function(){})()' }) } },
    },
  },
})

/** Styles are set by the script itself; everything else comes from here or not at all. */
const policyFor = (nonce: string) =>
  [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')

export function registerReference(app: App): void {
  app.openAPIRegistry.registerPath(page)
  app.get(page.path, async (c) => {
    const nonce = crypto.randomUUID()
    return c.body(await c.var.services.pages.reference(SCRIPT_PATH, nonce), 200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policyFor(nonce),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    })
  })
  app.openAPIRegistry.registerPath(script)
  app.get(script.path, async (c) => {
    const bytes = await c.var.services.pages.referenceScript()
    return new Response(bytes, {
      encodeBody: 'manual',
      headers: {
        'content-type': 'text/javascript; charset=utf-8',
        'content-encoding': 'gzip',
        'cache-control': `public, max-age=${DAY_SECONDS}`,
        vary: 'accept-encoding',
      },
    })
  })
}
