/** A person's data: found, erased, and kept for how long. One endpoint, one file. */
import type { App } from '../app'
import { registerErase } from './erase'
import { registerReadErasure } from './read-erasure'
import { registerRetention } from './retention'
import { registerSearchLeads } from './search-leads'

export function registerPrivacy(app: App): void {
  registerSearchLeads(app)
  registerErase(app)
  registerReadErasure(app)
  registerRetention(app)
}
