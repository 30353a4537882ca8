/** Looks at the disks behind an answer: what a supplier was told is durable at the moment that it hears it. */
import type { StoredAnswer } from '../objects/record.ts'
import type { World } from '../world/world.ts'
import { hold } from './broken.ts'

/** @throws Broken */
export function checkKept({ auctions, database }: World, ref: string, body: string): void {
  const isKept = [...auctions.values()].some(({ disk }) => {
    const lead = disk.getDurable<{ lead: { ref: string } }>('beginning')?.lead
    return lead?.ref === ref && disk.getDurable<{ answer: StoredAnswer | null }>('continuation')?.answer?.body === body
  })
  const isStored = [...database.leads.values()].some(({ leadRef }) => leadRef === ref)
  hold(isKept || isStored, 3, () => `${ref} is told ${body}, which a crash would undo`)
}
