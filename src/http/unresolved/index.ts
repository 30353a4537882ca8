/** Sales of which nobody knows. One endpoint, one file. */
import type { App } from '../app'
import { registerAskBuyer } from './ask'
import { registerListUnresolved } from './list'
import { registerResolveSale } from './resolve'

export function registerUnresolved(app: App): void {
  registerListUnresolved(app)
  registerResolveSale(app)
  registerAskBuyer(app)
}
