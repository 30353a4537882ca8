/**
 * The whole surface: every endpoint, and what surrounds all of them. No answer leaves without a request id or outside the
 * contract's shape, also not for an unknown path.
 */

import { registerAfterSale } from './after-sale'
import { type App, createApp } from './app'
import { registerListAuditLog } from './audit/list'
import { registerSeed } from './dev/seed'
import { registerReference } from './docs/reference'
import { registerGetOpenApi } from './document/get-openapi'
import { registerGetPostman } from './document/get-postman'
import { registerGetAuction } from './exchange/get-auction'
import { registerGetLead } from './exchange/get-lead'
import { registerListLeadEvents } from './exchange/list-lead-events'
import { registerListLeads } from './exchange/list-leads'
import { registerExchangePing } from './exchange/ping'
import { registerExchangePost } from './exchange/post'
import { registerIngest } from './guide/ingest'
import { registerPing } from './guide/ping'
import { registerSupplierLead } from './guide/supplier-lead'
import { registerManagement } from './manage'
import { registerOAuth } from './oauth'
import { knowCaller } from './plumbing/know-caller'
import { problem } from './plumbing/reply'
import { unknownRoute } from './plumbing/unknown-route'
import { registerPrivacy } from './privacy'
import { registerBidsReport } from './reports/bids'
import { registerPnl } from './reports/pnl'
import type { Services } from './services'
import { registerGetApiSpecs } from './specs/get-api-specs'
import { registerUnresolved } from './unresolved'
import { registerWebhooks } from './webhooks'

/** @returns the app, to be built once an isolate */
export function createGavel(services: Services, log: (event: string, details: Record<string, string>) => void): App {
  const app = createApp()
  app.use('*', async (c, next) => {
    const requestId = services.newId('req')
    c.set('services', services)
    c.set('requestId', requestId)
    await next()
    c.res.headers.set('x-request-id', requestId)
  })
  app.use('*', knowCaller)
  registerPing(app)
  registerIngest(app)
  registerSupplierLead(app)
  registerExchangePing(app)
  registerExchangePost(app)
  registerListLeads(app)
  registerGetLead(app)
  registerListLeadEvents(app)
  registerGetAuction(app)
  registerAfterSale(app)
  registerPnl(app)
  registerBidsReport(app)
  registerListAuditLog(app)
  registerPrivacy(app)
  registerManagement(app)
  registerWebhooks(app)
  registerSeed(app)
  registerUnresolved(app)
  registerOAuth(app)
  registerGetOpenApi(app)
  registerGetPostman(app)
  registerReference(app)
  registerGetApiSpecs(app)
  app.notFound(unknownRoute(app))
  app.onError((error, c) => {
    // The error's own words stay inside: they may quote what was sent.
    log('request_failed', { requestId: c.var.requestId, path: c.req.routePath, error: error.name })
    return problem(c, 'internal_error')
  })
  return app
}
