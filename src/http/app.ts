/**
 * What a request carries through Gavel: the services, who is calling, and the id of the request.
 */
import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Actor } from '../contracts/audit-entry'
import { LiteralRouter } from './literal-router'
import type { RateVerdict, Services } from './services'

/** Who is calling. A tenant's rows are reached through its id here and nowhere else. */
export interface Principal {
  readonly tenantId: string
  readonly role: 'supplier' | 'buyer' | 'operator'
  /** The supplier or buyer; null for an operator. */
  readonly subjectId: string | null
  /** Of the API key, or of the OAuth client. */
  readonly keyId: string
  /** Of the OAuth token; null for an API key. */
  readonly tokenId: string | null
  /** Whom rates and request keys are counted for: the same for a key and what took its place when it was rotated. */
  readonly clientId: string
  readonly scopes: readonly string[]
  /** How many requests of the client are answered in a second. */
  readonly requestsPerSecond: number
}

/** @returns the ids of what the caller has shown, each of which may have ended since the edge heard of it */
export function credentialIds({ keyId, tokenId }: Principal): readonly string[] {
  return tokenId === null ? [keyId] : [keyId, tokenId]
}

/** @returns the caller as the audit log names it */
export function actorOf(c: AppContext): Actor {
  const { principal, requestId } = c.var
  return { role: principal.role, id: principal.keyId, requestId }
}

/** What a request shows of its caller; `foreign_network` is a valid credential from where it may not be used. */
export type Identity =
  | { readonly kind: 'known'; readonly principal: Principal }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'foreign_network' }

export interface AppEnv {
  Variables: {
    services: Services
    requestId: string
    principal: Principal
    identity?: Identity
    requestFence?: string | undefined
    /** What is left of the caller's rate. */
    rate?: RateVerdict
  }
}

export type AppContext = Context<AppEnv>
export type App = OpenAPIHono<AppEnv>

/** @returns an empty surface to register endpoints on. */
export function createApp(): App {
  return new OpenAPIHono<AppEnv>({ router: new LiteralRouter() })
}
