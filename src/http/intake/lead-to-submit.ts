/** From what the snapshot has let in to what an auction takes along. */
import type { PostedLead, SubmitLead } from '../../contracts/auction-lead'
import { packContract } from '../../contracts/packed-contract'
import type { CampaignSnapshot } from '../../contracts/snapshot'
import type { SourceLink } from '../../core/campaign/campaign'
import type { Intake } from '../../core/campaign/intake'
import { contactTypeOf } from '../../core/campaign/suppression'
import type { Services } from '../services'
import { identityOf } from './lead-identity'

/** What of a lead that was let in goes to the offer that waits for it. */
export function leadToPost(lead: SubmitLead, contractIds: readonly string[]): PostedLead {
  const { fingerprint, link, fields, piiFields, refusals, sealedSecrets, identity, receivedAt } = lead
  return { fingerprint, link, fields, piiFields, refusals, sealedSecrets, identity, receivedAt, contractIds }
}

interface LeadParts {
  readonly services: Services
  readonly fingerprint: string
  readonly snapshot: CampaignSnapshot
  readonly link: SourceLink | null
  readonly intake: Extract<Intake, { kind: 'eligible' }>
}

/** Puts together what an auction takes along of a lead, or of a ping, that was let in. */
export async function leadToSubmit({ services, fingerprint, snapshot, link, intake }: LeadParts): Promise<SubmitLead> {
  if (link === null) throw new Error('a lead was found eligible without a source link')
  const { campaign } = snapshot
  const wanted = new Set(intake.contenders.map(({ id }) => id))
  const contracts = snapshot.contracts.filter(({ terms }) => wanted.has(terms.id))
  return {
    fingerprint,
    terms: {
      tenantId: campaign.tenantId,
      campaignId: campaign.id,
      campaignVersion: campaign.version,
      campaignName: campaign.name,
      vertical: campaign.vertical,
      subVertical: campaign.subVertical,
      distribution: campaign.distribution,
      currency: campaign.currency,
      floorMicros: campaign.floorMicros,
      maxSells: campaign.maxSells,
      bidWindowMs: campaign.bidWindowMs,
      postTimeoutMs: campaign.postTimeoutMs,
      deadlineMs: campaign.deadlineMs,
    },
    link,
    fields: { ...intake.fields },
    piiFields: campaign.fields.filter(({ pii }) => pii).map(({ name }) => name),
    contactFields: campaign.fields
      .filter((field) => contactTypeOf(field) !== null)
      .map(({ name, type }) => ({ name, type })),
    contracts: contracts.map(packContract),
    refusals: intake.refusals,
    sealedSecrets: Object.fromEntries(
      contracts.flatMap(({ terms, sealedSecrets }) => (sealedSecrets === null ? [] : [[terms.id, sealedSecrets]])),
    ),
    identity: await identityOf(services, campaign, intake.fields),
    receivedAt: new Date(services.now()).toISOString(),
  }
}
