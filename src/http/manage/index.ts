/** The management API: what operators configure. One endpoint, one file. */
import type { App } from '../app'
import { registerListBuyerContracts } from './buyer-contracts/list'
import { registerPutBuyerContract } from './buyer-contracts/put'
import { registerReadBuyerContract } from './buyer-contracts/read'
import { registerRemoveBuyerContract } from './buyer-contracts/remove'
import { registerArchiveBuyer } from './buyers/archive'
import { registerCreateBuyer } from './buyers/create'
import { registerListBuyers } from './buyers/list'
import { registerReadBuyer } from './buyers/read'
import { registerUpdateBuyer } from './buyers/update'
import { registerArchiveCampaign } from './campaigns/archive'
import { registerCreateCampaign } from './campaigns/create'
import { registerListCampaigns } from './campaigns/list'
import { registerReadCampaign } from './campaigns/read'
import { registerUpdateCampaign } from './campaigns/update'
import { registerListSourceLinks } from './source-links/list'
import { registerPutSourceLink } from './source-links/put'
import { registerReadSourceLink } from './source-links/read'
import { registerRemoveSourceLink } from './source-links/remove'
import { registerArchiveSupplier } from './suppliers/archive'
import { registerCreateSupplier } from './suppliers/create'
import { registerListSuppliers } from './suppliers/list'
import { registerReadSupplier } from './suppliers/read'
import { registerUpdateSupplier } from './suppliers/update'

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
  registerUpdateBuyer,
  registerArchiveBuyer,
  registerPutSourceLink,
  registerListSourceLinks,
  registerReadSourceLink,
  registerRemoveSourceLink,
  registerPutBuyerContract,
  registerListBuyerContracts,
  registerReadBuyerContract,
  registerRemoveBuyerContract,
]

export function registerManagement(app: App): void {
  for (const register of ENDPOINTS) register(app)
}
