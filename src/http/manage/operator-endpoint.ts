/** What all endpoints of the management API share: who may call them, and how they are described. */
import type { RouteConfig } from '@hono/zod-openapi'
import type { TenantStores } from '../../stores/tenant-stores'
import type { App, AppContext } from '../app'
import { requireRole } from '../plumbing/authenticate'
import { type DeclaredProblem, problemsOf, withIdempotencyKey } from '../plumbing/described'
import { idempotent } from '../plumbing/idempotent'

export { BODY_PROBLEMS, jsonAnswer, jsonBody } from '../plumbing/described'

/**
 * Registers an endpoint that only operators may call. The body is read by hand: its limit and its errors are the contract's.
 * A POST is carried out once for each Idempotency-Key.
 *
 * @param route from createRoute
 */
export function operatorEndpoint(
  app: App,
  route: RouteConfig & { getRoutingPath(): string },
  handler: (c: AppContext) => Promise<Response>,
): void {
  const isPost = route.method === 'post'
  app.openAPIRegistry.registerPath(isPost ? withIdempotencyKey(route) : route)
  app.on(
    route.method.toUpperCase(),
    route.getRoutingPath(),
    requireRole('operator'),
    isPost ? idempotent(handler) : handler,
  )
}

/** @returns the stores of the caller's tenant, which is the only way to any row. */
export function storesOf(c: AppContext): TenantStores {
  return c.var.services.stores(c.var.principal.tenantId)
}

/** @returns an id of the path, or '' for what no id of ours looks like */
export function pathId(c: AppContext, name: string): string {
  const id = c.req.param(name) ?? ''
  return /^[\w-]{1,64}$/.test(id) ? id : ''
}

/** @returns the errors of an endpoint for createRoute, beside those that every endpoint here can answer */
export function problems(...codes: readonly DeclaredProblem[]) {
  return problemsOf('unauthorized', 'forbidden', ...codes)
}
