/**
 * `GET /api-specs/{token}`: what a supplier's developer is sent. No login: the address is the secret, so that it is kept from
 * caches, search engines and the Referer of links.
 */
import { createRoute, z } from '@hono/zod-openapi'
import { apiSpecSchema } from '../../contracts/api-spec'
import type { App, AppContext } from '../app'
import { problemsOf } from '../plumbing/described'
import { originOf } from '../plumbing/origin'
import { problem } from '../plumbing/reply'
import { type SpecParts, specOf } from './spec-of'

const route = createRoute({
  method: 'get',
  path: '/api-specs/{token}',
  operationId: 'getApiSpecs',
  summary: "Read the specs page for a supplier's developer",
  description:
    'Made for one supplier and campaign. A page for people; with `.json` or `.md` after the token the same for tools. Whoever ' +
    'has the address reads it; the operator can revoke it or move it.',
  tags: ['Documents'],
  request: {
    params: z.object({
      token: z
        .string()
        .openapi({ description: 'The token, with `.json`, `.md` or nothing after it.', example: 'token.json' }),
    }),
  },
  responses: {
    200: {
      description: 'The page',
      content: {
        'text/html': { schema: z.string().openapi({ example: '<!doctype html>' }) },
        'application/json': { schema: apiSpecSchema },
        'text/markdown': { schema: z.string().openapi({ example: '# Auto insurance' }) },
      },
    },
    ...problemsOf('not_found'),
  },
})

const PRIVATE = {
  'cache-control': 'private, no-store',
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex, nofollow',
  'x-content-type-options': 'nosniff',
}

export function registerGetApiSpecs(app: App): void {
  app.openAPIRegistry.registerPath(route)
  app.get('/api-specs/:token', async (c) => {
    const [, token = '', form] = /^([^.]*)(?:\.(json|md))?$/.exec(c.req.param('token')) ?? []
    const parts = await open(c, token)
    if (parts === null) return problem(c, 'not_found')
    const spec = specOf(parts)
    const { pages } = c.var.services
    switch (form) {
      case 'json':
        return c.body(JSON.stringify(spec, null, 2), 200, { ...PRIVATE, 'content-type': 'application/json' })
      case 'md':
        return c.body(pages.apiSpecsMarkdown(spec), 200, { ...PRIVATE, 'content-type': 'text/markdown; charset=utf-8' })
      default: {
        const nonce = crypto.randomUUID()
        return c.body(await pages.apiSpecs(spec, nonce), 200, {
          ...PRIVATE,
          'content-type': 'text/html; charset=utf-8',
          'content-security-policy': `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
        })
      }
    }
  })
}

/** @returns null where the token is not genuine, was revoked, or its supplier is not in the campaign any more */
async function open(c: AppContext, token: string): Promise<SpecParts | null> {
  const { services } = c.var
  const claims = services.shareTokens.read(token)
  const snapshot = claims === null ? null : await services.snapshots.campaign(claims.campaignId)
  if (claims === null || snapshot === null || snapshot.specs === undefined) return null
  const { supplierId } = claims
  const nonce = Object.hasOwn(snapshot.specs.nonces, supplierId) ? snapshot.specs.nonces[supplierId] : undefined
  const link = snapshot.links[supplierId]
  if (nonce === undefined || link === undefined || !link.active) return null
  if (!(await services.shareTokens.isGenuine(claims, nonce))) return null
  return { snapshot, specs: snapshot.specs, link, origin: originOf(c), token }
}
