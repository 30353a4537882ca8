/** How something is changed after the sale: with its request, its events and its record in one batch. */
import type { AfterSaleEvent } from '../../contracts/after-sale-event'
import type { AuditedDeed } from '../../contracts/audit-entry'
import type { AfterSaleChange } from '../../stores/after-sale-batch'
import { type AppContext, actorOf } from '../app'

/** @returns a change that the caller makes now; a request with a name makes one */
export function newAfterSaleChange(
  c: AppContext,
  { events, deed }: { readonly events: readonly AfterSaleEvent[]; readonly deed?: AuditedDeed },
): AfterSaleChange {
  const { services, principal } = c.var
  const at = new Date(services.now()).toISOString()
  const fence = c.get('requestFence')
  return {
    at,
    ...(fence !== undefined && { fence }),
    ...(deed !== undefined && { audit: { stamp: { id: services.newId('aud'), at, by: actorOf(c) }, deed } }),
    alongside: services.leadEvents.statements(principal.tenantId, events),
  }
}

/** Text that only those concerned may read, sealed as a lead is. */
export async function sealNote(c: AppContext, note: string | undefined) {
  if (note === undefined) return { sealedNote: null, sealedNoteKey: null }
  const { sealedFields, sealedKey } = await c.var.services.leadEnvelope.seal(note, c.var.principal.tenantId)
  return { sealedNote: sealedFields, sealedNoteKey: sealedKey }
}

interface SealedNote {
  readonly tenantId: string
  readonly sealedNote: string | null
  readonly sealedNoteKey: string | null
}

/** @returns null where there is none, or it is erased */
export async function openNote(
  c: AppContext,
  { tenantId, sealedNote, sealedNoteKey }: SealedNote,
): Promise<string | null> {
  if (sealedNote === null || sealedNoteKey === null) return null
  return await c.var.services.leadEnvelope.open({ sealedFields: sealedNote, sealedKey: sealedNoteKey }, tenantId)
}
