/** The authorization server: client credentials only. */
import type { App } from '../app'
import { registerMetadata } from './metadata'
import { registerRevoke } from './revoke'
import { registerToken } from './token'

export function registerOAuth(app: App): void {
  for (const register of [registerToken, registerRevoke, registerMetadata]) register(app)
}
