/**
 * What a request carries through Gavel: the services, who is calling, and the id of the request.
 */
import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Services } from './services'

/** Who is calling. A tenant's rows are reached through its id here and nowhere else. */
export interface Principal {
  readonly tenantId: string
  readonly role: 'supplier' | 'buyer' | 'operator'
  /** The supplier or buyer; null for an operator. */
  readonly subjectId: string | null
  readonly keyId: string
  readonly scopes: readonly string[]
}

export interface AppEnv {
  Variables: { services: Services; requestId: string; principal: Principal }
}

export type AppContext = Context<AppEnv>
export type App = OpenAPIHono<AppEnv>

/** @returns an empty surface to register endpoints on. */
export function createApp(): App {
  return new OpenAPIHono<AppEnv>()
}
