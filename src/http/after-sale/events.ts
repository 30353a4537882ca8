/** Where events of a lead after its sale go: into the batch of the change that they tell of. */
import type { AfterSaleEvent } from '../../contracts/after-sale-event'

export interface LeadEventOutbox {
  /** @returns statements that store the events; they are committed with the change, or not at all */
  statements(tenantId: string, events: readonly AfterSaleEvent[]): readonly D1PreparedStatement[]
  /** The change is committed. @param results what the statements returned, in their order */
  committed(results: readonly D1Result[]): Promise<void>
}
