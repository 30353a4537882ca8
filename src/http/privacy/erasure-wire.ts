/** An erasure's receipt in the words of the wire. */
import type { ErasureWire } from '../../contracts/erasure'
import type { ErasureRow } from '../../stores/erasure-store'

export function erasureWire(row: ErasureRow): ErasureWire {
  return {
    id: row.id,
    subject: row.subjectKind,
    status: row.completedAt === null ? 'running' : 'completed',
    requested_at: row.requestedAt,
    completed_at: row.completedAt,
    leads: row.leads,
    auctions: row.auctions,
    dead_letters: row.deadLetters,
    queues: 'emptied_on_arrival',
    logs: 'hold_no_personal_data',
  }
}
