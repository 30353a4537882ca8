/** After the sale: reports and returns. One endpoint, one file. */
import type { App } from '../app'
import { registerDecideReturn } from './decide-return'
import { registerLeadUpdate } from './lead-update'
import { registerReturns } from './list-returns'
import { registerReturnLead } from './return-lead'
import { registerLeadStatus } from './status'

export function registerAfterSale(app: App): void {
  registerLeadUpdate(app)
  registerLeadStatus(app)
  registerReturnLead(app)
  registerReturns(app)
  registerDecideReturn(app)
}
