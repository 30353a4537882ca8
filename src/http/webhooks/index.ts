/** Webhook endpoints of operators, suppliers and buyers, and what was sent to them. One endpoint, one file. */
import type { App } from '../app'
import { registerCreateWebhookEndpoint } from './create'
import { registerListWebhookEndpoints } from './list'
import { registerListWebhookDeliveries } from './list-deliveries'
import { registerReadWebhookEndpoint } from './read'
import { registerReadWebhookDelivery } from './read-delivery'
import { registerRemoveWebhookEndpoint } from './remove'
import { registerResendWebhookDelivery } from './resend'
import { registerResendWebhooksSince } from './resend-since'
import { registerRotateWebhookSecret } from './rotate'
import { registerTestWebhookEndpoint } from './send-test'
import { registerUpdateWebhookEndpoint } from './update'

const ENDPOINTS: readonly ((app: App) => void)[] = [
  registerCreateWebhookEndpoint,
  registerListWebhookEndpoints,
  registerReadWebhookEndpoint,
  registerUpdateWebhookEndpoint,
  registerRemoveWebhookEndpoint,
  registerRotateWebhookSecret,
  registerTestWebhookEndpoint,
  registerListWebhookDeliveries,
  registerReadWebhookDelivery,
  registerResendWebhookDelivery,
  registerResendWebhooksSince,
]

export function registerWebhooks(app: App): void {
  for (const register of ENDPOINTS) register(app)
}
