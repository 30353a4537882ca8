/** From a supplier and its source links to what its gate decides by. Pure. */

import type { SourceLinkSettings } from '../contracts/source-link'
import type { GateConfiguration } from '../contracts/supplier-gate'
import type { CredentialEnd } from '../stores/credential-end-store'
import type { SourceLinkRow } from '../stores/source-link-store'
import type { SupplierRow } from '../stores/supplier-store'
import { compileCap } from './compile-cap'

export function compileGate(
  supplier: SupplierRow,
  links: readonly SourceLinkRow[],
  ends: readonly CredentialEnd[],
): GateConfiguration {
  const capped = links.flatMap(({ campaignId, settings }) => {
    const { caps, ping_caps, test_mode } = settings as SourceLinkSettings
    if (caps.length === 0 && ping_caps.length === 0) return []
    const leads = caps.map(compileCap)
    // Tests are left out of money: nothing is paid for them that a cap by amount could count.
    const counted = test_mode ? leads.map((cap) => ({ ...cap, amountMicros: null })) : leads
    return [[campaignId, { caps: counted, pingCaps: ping_caps.map(compileCap) }] as const]
  })
  return {
    version: supplier.version,
    active: supplier.status === 'active' && supplier.archivedAt === null,
    links: Object.fromEntries(capped),
    ends: Object.fromEntries(ends.map(({ id, endsAt }) => [id, Date.parse(endsAt)])),
  }
}
