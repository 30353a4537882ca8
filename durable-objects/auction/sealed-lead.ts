/**
 * The lead as the database gets it: contact data and everything else under keys of their own, so that each can be erased in
 * its time, and what it is found again by.
 */
import type { LeadProjection } from '../../src/contracts/projection'
import { contactsOf } from '../../src/core/campaign/suppression'
import type { LeadFields } from '../../src/core/lead/fields'
import type { AuctionRecord } from './record'
import type { AuctionServices } from './services'

export type SealedPart = Pick<
  LeadProjection,
  'sealedFields' | 'sealedKey' | 'sealedDetails' | 'detailsKey' | 'contactKeys'
>

/** A lead with more phones and emails than this is found by the first of them. */
const MAX_CONTACTS = 4

const NO_CONTACT = { sealedFields: null, sealedKey: null, contactKeys: [] }
const NO_DETAILS = { sealedDetails: null, detailsKey: null }

export async function sealedLead(
  { lead, erased }: AuctionRecord,
  services: Pick<AuctionServices, 'sealLead' | 'contactKeys'>,
): Promise<SealedPart> {
  if (erased === 'all') return { ...NO_CONTACT, ...NO_DETAILS }
  const { tenantId } = lead.terms
  const contacts = contactsOf(lead.contactFields ?? [], lead.fields).slice(0, MAX_CONTACTS)
  const personal = new Set([...lead.piiFields, ...(lead.contactFields ?? []).map(({ name }) => name)])
  const part = (isPersonal: boolean): LeadFields =>
    Object.fromEntries(Object.entries(lead.fields).filter(([name]) => personal.has(name) === isPersonal))
  const [contact, details, contactKeys] = await Promise.all([
    erased === null ? services.sealLead(JSON.stringify(part(true)), tenantId) : NO_CONTACT,
    services.sealLead(JSON.stringify(part(false)), tenantId),
    services.contactKeys(tenantId, contacts),
  ])
  const { sealedFields, sealedKey } = contact
  return { sealedFields, sealedKey, sealedDetails: details.sealedFields, detailsKey: details.sealedKey, contactKeys }
}
