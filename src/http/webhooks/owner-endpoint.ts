/**
 * What all calls about webhook endpoints share: operators see all of the tenant's, a supplier or buyer its own. What is
 * somebody else's is answered like what does not exist.
 */
import type { RouteConfig } from '@hono/zod-openapi'
import type { EndpointOwner, WebhookEndpointRow } from '../../stores/webhook-endpoint-store'
import type { App, AppContext } from '../app'
import { pathId, storesOf } from '../manage/operator-endpoint'
import { authenticate, refuseScope } from '../plumbing/authenticate'
import { type DeclaredProblem, problemsOf, withIdempotencyKey } from '../plumbing/described'
import { idempotent } from '../plumbing/idempotent'
import { problem } from '../plumbing/reply'

export { pathId, storesOf }
export const TAG = 'Webhooks'

/**
 * Registers an endpoint for operators (`admin`, to read `admin:read`), suppliers and buyers (`webhook`).
 *
 * @param route from createRoute
 */
export function ownerEndpoint(
  app: App,
  route: RouteConfig & { getRoutingPath(): string },
  handler: (c: AppContext) => Promise<Response>,
): void {
  const operatorScope = route.method === 'get' ? 'admin:read' : 'admin'
  const isPost = route.method === 'post'
  app.openAPIRegistry.registerPath(isPost ? withIdempotencyKey(route) : route)
  app.on(route.method.toUpperCase(), route.getRoutingPath(), async (c) => {
    const principal = await authenticate(c)
    if (principal === null) return problem(c, 'unauthorized', { message: 'A valid API key or token is required.' })
    const refused = refuseScope(c, principal, principal.role === 'operator' ? operatorScope : 'webhook')
    if (refused !== null) return refused
    c.set('principal', principal)
    return await (isPost ? idempotent(handler) : handler)(c)
  })
}

/** @returns whose endpoints the caller may see */
export function ownerOf(c: AppContext): EndpointOwner {
  const { role, subjectId } = c.var.principal
  return role === 'operator' ? {} : { role, subjectId }
}

/** @returns the endpoint of the path, or 404 */
export async function findEndpoint(c: AppContext): Promise<WebhookEndpointRow | Response> {
  const row = await storesOf(c).webhookEndpoints.read(pathId(c, 'id'), ownerOf(c))
  return row ?? problem(c, 'not_found', { message: 'There is no webhook endpoint with this id.' })
}

/** @returns the errors of an endpoint for createRoute, beside those that every endpoint here can answer */
export function problems(...codes: readonly DeclaredProblem[]) {
  return problemsOf('unauthorized', 'forbidden', ...codes)
}

/** Has the endpoint's object send what is due. It is stored already: where this fails, the clock does it within a minute. */
export async function wake(c: AppContext, endpointId: string): Promise<void> {
  try {
    await c.var.services.webhooks.wake(endpointId)
  } catch {
    // The clock does it.
  }
}
