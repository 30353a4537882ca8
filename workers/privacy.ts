/** Wires what becomes of personal data in time: erasing persons, erasing by age, and bringing it under a new master key. */
import type { AuctionRpc } from '../src/contracts/auction'
import { KeyRotation } from '../src/privacy/key-rotation'
import { PersonErasure } from '../src/privacy/person-erasure'
import { RetentionJob } from '../src/privacy/retention-job'
import type { LeadEnvelope } from '../src/security/lead-envelope'
import type { SealedBox } from '../src/security/sealed-box'
import { emptyDeadLetters, openErasures } from '../src/stores/erasure-store'
import { KeyRotationStore } from '../src/stores/key-rotation-store'
import { tenantIds } from '../src/stores/tenant-store'
import { createTenantStores } from '../src/stores/tenant-stores'
import { log, now } from './platform'
import { partsOf } from './services'

export interface PrivacyParts {
  readonly db: D1Database
  readonly kid: string
  readonly box: SealedBox
  readonly envelope: LeadEnvelope
  readonly auction: (auctionId: string) => Pick<AuctionRpc, 'erase'>
  readonly now: () => number
  readonly log: (event: string, details: { readonly [name: string]: string | number }) => void
}

/** For what becomes of personal data in time. */
export function privacyParts(env: Env): PrivacyParts {
  const shared = partsOf(env)
  const { box, envelope, config } = shared
  const auction = (auctionId: string) => shared.auctionByPublicId(auctionId)
  return { db: env.DB, kid: config.masterKeys[0].kid, box, envelope, auction, now, log }
}

const ERASURES_A_RUN = 5

export function personErasure({ db, auction, now }: PrivacyParts): PersonErasure {
  return new PersonErasure({ store: (tenantId) => createTenantStores(db, tenantId).erasures, auction, now })
}

/** What the cron does for it; a part that fails keeps none of the others from being done, and is done again. */
export async function tendPrivacy(parts: PrivacyParts): Promise<void> {
  const { db, auction, now, log } = parts
  const eraser = personErasure(parts)
  await attempt(parts, 'erasures', async () => {
    for (const { tenantId, id } of await openErasures(db, ERASURES_A_RUN)) await eraser.run(tenantId, id)
    await emptyDeadLetters(db)
  })
  await attempt(parts, 'retention', async () => {
    const store = (tenantId: string) => createTenantStores(db, tenantId).retention
    const leads = await new RetentionJob({ tenants: () => tenantIds(db), store, auction, now }).run()
    if (leads > 0) log('leads_erased_by_age', { leads })
  })
  await attempt(parts, 'key_rotation', async () => {
    const values = await keyRotation(parts).run()
    if (values > 0) log('keys_rewrapped', { values })
  })
}

function keyRotation({ db, kid, box, envelope, now, log }: PrivacyParts): KeyRotation {
  return new KeyRotation({
    kid,
    store: new KeyRotationStore(db),
    reseal: ({ kind }, { sealed, tenantId }) =>
      kind === 'data_key' ? envelope.rewrap(sealed, tenantId) : box.reseal(sealed, kind),
    now,
    log,
  })
}

async function attempt({ log }: PrivacyParts, job: string, run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    log('privacy_job_failed', { job, error: error instanceof Error ? error.name : 'unknown' })
  }
}
