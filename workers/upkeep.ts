/** What the clock has done every minute, besides webhooks and privacy: what was left behind is done again. */
import { tellAccount } from '../src/http/after-sale/tell-account'
import { CredentialLeftovers } from '../src/stores/credential-leftovers'
import { openDatabase } from '../src/stores/database'
import { untoldReturns } from '../src/stores/return-store'
import { SuppressionQueue } from '../src/stores/suppression-queue'
import { createTenantStores } from '../src/stores/tenant-stores'
import { log, nameOf, now } from './platform'
import { partsOf } from './services'

/** In one minute. */
const MAX_RETURNS_TOLD = 100

/** Tells buyers' accounts of returns that they have not heard of. */
export async function tellReturns(env: Env): Promise<void> {
  const parts = {
    now,
    account: (tenantId: string, buyerId: string) => partsOf(env).account(tenantId, buyerId),
    returns: (tenantId: string) => createTenantStores(env.DB, tenantId).returns,
  }
  for (const row of await untoldReturns(env.DB, MAX_RETURNS_TOLD)) {
    // The others are not to wait for one whose account is away.
    await tellAccount(parts, row).catch((error) => log('return_untold', { returnId: row.id, error: nameOf(error) }))
  }
}

/** For what an object did not hear of, or was not there to hear. */
export async function wakeSuppressionBuilders(env: Env): Promise<void> {
  const waiting = await new SuppressionQueue(openDatabase(env.DB)).waiting()
  await Promise.all(waiting.map((tenantId) => partsOf(env).suppressionBuilder(tenantId).wake(tenantId)))
}

/** Makes the keys of the present and the next period, and forgets what is over. */
export async function tidyCredentials(env: Env): Promise<void> {
  await partsOf(env).signingKeys.ensure()
  await new CredentialLeftovers(openDatabase(env.DB)).remove(now())
}
