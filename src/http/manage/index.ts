/** The management API: what operators configure. One endpoint, one file. */
import type { App } from '../app'
import { registerReadAnswer } from './answers/read'
import { registerCreateApiKey } from './api-keys/create'
import { registerListApiKeys } from './api-keys/list'
import { registerReadApiKey } from './api-keys/read'
import { registerRevokeApiKey } from './api-keys/revoke'
import { registerRotateApiKey } from './api-keys/rotate'
import { registerUpdateApiKey } from './api-keys/update'
import { registerListApiSpecs } from './api-specs/list'
import { registerRevokeApiSpecs } from './api-specs/revoke'
import { registerRotateApiSpecs } from './api-specs/rotate'
import { registerListBuyerContracts } from './buyer-contracts/list'
import { registerPutBuyerContract } from './buyer-contracts/put'
import { registerReadBuyerContract } from './buyer-contracts/read'
import { registerRemoveBuyerContract } from './buyer-contracts/remove'
import { registerTryBuyerContract } from './buyer-contracts/try'
import { registerArchiveBuyer } from './buyers/archive'
import { registerReadBuyerBalance } from './buyers/balance'
import { registerCreateBuyer } from './buyers/create'
import { registerCreditBuyer } from './buyers/credit'
import { registerReadBuyerHealth } from './buyers/health'
import { registerListBuyers } from './buyers/list'
import { registerReadBuyer } from './buyers/read'
import { registerUpdateBuyer } from './buyers/update'
import { registerArchiveCampaign } from './campaigns/archive'
import { registerCreateCampaign } from './campaigns/create'
import { registerListCampaigns } from './campaigns/list'
import { registerReadCampaign } from './campaigns/read'
import { registerUpdateCampaign } from './campaigns/update'
import { registerDiscardDeadLetter } from './dead-letters/discard'
import { registerListDeadLetters } from './dead-letters/list'
import { registerResendDeadLetter } from './dead-letters/resend'
import { registerCreateOAuthClient } from './oauth-clients/create'
import { registerListOAuthClients } from './oauth-clients/list'
import { registerReadOAuthClient } from './oauth-clients/read'
import { registerRevokeOAuthClient } from './oauth-clients/revoke'
import { registerRotateOAuthClient } from './oauth-clients/rotate'
import { registerUpdateOAuthClient } from './oauth-clients/update'
import { registerListSourceLinks } from './source-links/list'
import { registerPutSourceLink } from './source-links/put'
import { registerReadSourceLink } from './source-links/read'
import { registerRemoveSourceLink } from './source-links/remove'
import { registerArchiveSupplier } from './suppliers/archive'
import { registerCreateSupplier } from './suppliers/create'
import { registerListSuppliers } from './suppliers/list'
import { registerReadSupplier } from './suppliers/read'
import { registerUpdateSupplier } from './suppliers/update'
import { registerArchiveSuppressionList } from './suppression-lists/archive'
import { registerCreateSuppressionList } from './suppression-lists/create'
import { registerDeleteSuppressionEntries } from './suppression-lists/delete-entries'
import { registerListSuppressionLists } from './suppression-lists/list'
import { registerListSuppressionImports } from './suppression-lists/list-imports'
import { registerPutSuppressionEntries } from './suppression-lists/put-entries'
import { registerReadSuppressionList } from './suppression-lists/read'
import { registerReadSuppressionImport } from './suppression-lists/read-import'
import { registerUpdateSuppressionList } from './suppression-lists/update'

const ENDPOINTS: readonly ((app: App) => void)[] = [
  registerCreateCampaign,
  registerListCampaigns,
  registerReadCampaign,
  registerUpdateCampaign,
  registerArchiveCampaign,
  registerCreateSupplier,
  registerListSuppliers,
  registerReadSupplier,
  registerUpdateSupplier,
  registerArchiveSupplier,
  registerCreateBuyer,
  registerListBuyers,
  registerReadBuyer,
  registerReadBuyerHealth,
  registerCreditBuyer,
  registerReadBuyerBalance,
  registerUpdateBuyer,
  registerArchiveBuyer,
  registerRotateApiSpecs,
  registerListApiSpecs,
  registerRevokeApiSpecs,
  registerPutSourceLink,
  registerListSourceLinks,
  registerReadSourceLink,
  registerRemoveSourceLink,
  registerPutBuyerContract,
  registerListBuyerContracts,
  registerReadBuyerContract,
  registerRemoveBuyerContract,
  registerTryBuyerContract,
  registerReadAnswer,
  registerCreateApiKey,
  registerListApiKeys,
  registerReadApiKey,
  registerUpdateApiKey,
  registerRevokeApiKey,
  registerRotateApiKey,
  registerCreateOAuthClient,
  registerListOAuthClients,
  registerReadOAuthClient,
  registerUpdateOAuthClient,
  registerRevokeOAuthClient,
  registerRotateOAuthClient,
  registerListDeadLetters,
  registerResendDeadLetter,
  registerDiscardDeadLetter,
  registerCreateSuppressionList,
  registerListSuppressionLists,
  registerReadSuppressionList,
  registerUpdateSuppressionList,
  registerArchiveSuppressionList,
  registerPutSuppressionEntries,
  registerDeleteSuppressionEntries,
  registerListSuppressionImports,
  registerReadSuppressionImport,
]

export function registerManagement(app: App): void {
  for (const register of ENDPOINTS) register(app)
}
