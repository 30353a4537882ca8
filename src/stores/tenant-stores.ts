/**
 * Everything that one tenant has in the database. A store is built for its tenant and has no query without it, so that no
 * handler can reach another tenant's rows, whatever ids it is given.
 */
import { ApiKeyStore } from './api-key-store'
import { AuditLogStore } from './audit-log-store'
import { BidReportStore } from './bid-report-store'
import { BuyerContractStore } from './buyer-contract-store'
import { BuyerStore } from './buyer-store'
import { CampaignStore } from './campaign-store'
import { ConfigurationStore } from './configuration-store'
import { CredentialEndStore } from './credential-end-store'
import { openDatabase } from './database'
import { DeadLetterDesk } from './dead-letter-desk'
import { ErasureStore } from './erasure-store'
import { FeedbackStore } from './feedback-store'
import { LeadStore } from './lead-store'
import { OAuthClientStore } from './oauth-client-store'
import { PublishStore } from './publish-store'
import { ReportStore } from './report-store'
import { RetentionStore } from './retention-store'
import { ReturnStore } from './return-store'
import { SourceLinkStore } from './source-link-store'
import { SupplierStore } from './supplier-store'
import { SuppressionImportStore } from './suppression-import-store'
import { SuppressionIndexStore } from './suppression-index-store'
import { SuppressionListStore } from './suppression-list-store'
import { TenantStore } from './tenant-store'
import { WebhookDeliveryStore } from './webhook-delivery-store'
import { WebhookEndpointStore } from './webhook-endpoint-store'

export interface TenantStores {
  readonly tenant: TenantStore
  readonly campaigns: CampaignStore
  readonly suppliers: SupplierStore
  readonly buyers: BuyerStore
  readonly sourceLinks: SourceLinkStore
  readonly buyerContracts: BuyerContractStore
  readonly apiKeys: ApiKeyStore
  readonly oauthClients: OAuthClientStore
  readonly credentialEnds: CredentialEndStore
  readonly configuration: ConfigurationStore
  readonly publishes: PublishStore
  readonly auditLog: AuditLogStore
  readonly leads: LeadStore
  readonly feedback: FeedbackStore
  readonly returns: ReturnStore
  readonly reports: ReportStore
  readonly erasures: ErasureStore
  readonly retention: RetentionStore
  readonly bidReports: BidReportStore
  readonly suppressionLists: SuppressionListStore
  readonly suppressionImports: SuppressionImportStore
  readonly suppressionIndex: SuppressionIndexStore
  readonly deadLetters: DeadLetterDesk
  readonly webhookEndpoints: WebhookEndpointStore
  readonly webhookDeliveries: WebhookDeliveryStore
}

export function createTenantStores(db: D1Database, tenantId: string): TenantStores {
  const database = openDatabase(db)
  return {
    tenant: new TenantStore(database, tenantId),
    campaigns: new CampaignStore(database, tenantId),
    suppliers: new SupplierStore(database, tenantId),
    buyers: new BuyerStore(database, tenantId),
    sourceLinks: new SourceLinkStore(database, tenantId),
    buyerContracts: new BuyerContractStore(database, tenantId),
    apiKeys: new ApiKeyStore(database, tenantId),
    oauthClients: new OAuthClientStore(database, tenantId),
    credentialEnds: new CredentialEndStore(database, tenantId),
    configuration: new ConfigurationStore(database, tenantId),
    publishes: new PublishStore(database, tenantId),
    auditLog: new AuditLogStore(database, tenantId),
    leads: new LeadStore(db, tenantId),
    feedback: new FeedbackStore(db, tenantId),
    returns: new ReturnStore(db, tenantId),
    reports: new ReportStore(db, tenantId),
    erasures: new ErasureStore(db, tenantId),
    retention: new RetentionStore(db, tenantId),
    bidReports: new BidReportStore(db, tenantId),
    suppressionLists: new SuppressionListStore(database, tenantId),
    suppressionImports: new SuppressionImportStore(database, tenantId),
    suppressionIndex: new SuppressionIndexStore(database, tenantId),
    deadLetters: new DeadLetterDesk(database, tenantId),
    webhookEndpoints: new WebhookEndpointStore(db, tenantId),
    webhookDeliveries: new WebhookDeliveryStore(db, tenantId),
  }
}
