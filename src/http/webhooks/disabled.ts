/** Nothing is sent to an endpoint that is disabled, also not by hand. */
import type { WebhookEndpointRow } from '../../stores/webhook-endpoint-store'
import type { AppContext } from '../app'
import { problem } from '../plumbing/reply'

/** @returns 409 where the endpoint is disabled, else null */
export function refuseDisabled(c: AppContext, { status }: WebhookEndpointRow): Response | null {
  if (status === 'enabled') return null
  return problem(c, 'conflict', { message: 'This endpoint is disabled. Set its status to enabled first.' })
}
