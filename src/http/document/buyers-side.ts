/** The calls that Gavel makes itself, as `webhooks` of the document: a buyer's ping and post, and events. */
import type { RouteConfig, z } from '@hono/zod-openapi'
import {
  buyerBidSchema,
  buyerPingSchema,
  buyerPostAnswerSchema,
  buyerPostSchema,
  buyerRefusalSchema,
} from '../../contracts/standard-buyer'
import { WEBHOOK_EVENTS, type WebhookEventType, webhookEventSchema } from '../../contracts/webhook-event'
import type { App } from '../app'
import { jsonAnswer, jsonBody } from '../plumbing/described'

type Webhook = Omit<RouteConfig, 'method' | 'path'>

const PING: Webhook = {
  operationId: 'receivePing',
  summary: 'A ping: bid on a partial lead',
  description:
    'Sent to your ping URL with `Idempotency-Key: ping_<auction>_<contract>`. Answer before `expires_at` with a bid, or with ' +
    '`"bid":null` and a reason. Anything else is no bid.',
  tags: ["Buyer's side"],
  request: { body: jsonBody(buyerPingSchema) },
  responses: { 200: jsonAnswer('The bid, or why there is none', buyerBidSchema) },
}

const POST: Webhook = {
  operationId: 'receivePost',
  summary: 'A post: take the lead that you won',
  description:
    'Sent to your post URL with `Idempotency-Key: post_<auction>_<contract>`, the same on every retry: a repeated key must not ' +
    'buy twice. A 2xx with your id of the lead is a yes, a 4xx with `error` a no; after anything else the post is sent again.',
  tags: ["Buyer's side"],
  request: { body: jsonBody(buyerPostSchema) },
  responses: {
    201: jsonAnswer('You took the lead', buyerPostAnswerSchema),
    '4XX': jsonAnswer('You do not take it', buyerRefusalSchema),
  },
}

const EVENT_NOTE =
  'Signed twice with the secret of the endpoint: `X-LD-Signature: t=…,v1=…`, and the `webhook-*` headers of Standard Webhooks. ' +
  'Answer 2xx within seconds; anything else is tried again for 24 hours. The same event may come twice, with the same `id`.'

/** Registers them; once for an app. */
export function registerBuyersSide(app: App): void {
  const register = (name: string, webhook: Webhook) =>
    app.openAPIRegistry.registerWebhook({ method: 'post', path: name, ...webhook } as RouteConfig)
  register('ping', PING)
  register('post', POST)
  for (const type of Object.keys(WEBHOOK_EVENTS) as WebhookEventType[]) register(type, eventWebhook(type))
}

function eventWebhook(type: WebhookEventType): Webhook {
  const schema: z.ZodType = webhookEventSchema(type)
  return {
    operationId: `receive${type.split(/[._]/).map(capitalised).join('')}`,
    summary: WEBHOOK_EVENTS[type].when.replace(/\.$/, ''),
    description: `${WEBHOOK_EVENTS[type].when} ${EVENT_NOTE}`,
    tags: ['Webhooks'],
    request: { body: jsonBody(schema) },
    responses: {
      204: { description: 'Received' },
      410: { description: 'This endpoint is gone; it is disabled' },
    },
  }
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
