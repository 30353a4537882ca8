-- WITHOUT ROWID is set by hand (drizzle cannot say it): a table whose key is text then costs one row a write, not two.
CREATE TABLE `api_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`role` text NOT NULL,
	`subject_id` text,
	`hash` text NOT NULL,
	`prefix` text NOT NULL,
	`last_four` text NOT NULL,
	`scopes` text NOT NULL,
	`created_at` text NOT NULL,
	`expires_at` text,
	`revoked_at` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_by_hash` ON `api_keys` (`hash`);--> statement-breakpoint
CREATE INDEX `api_keys_by_subject` ON `api_keys` (`tenant_id`,`subject_id`);--> statement-breakpoint
CREATE TABLE `buyer_contracts` (
	`id` text NOT NULL,
	`campaign_id` text NOT NULL,
	`buyer_id` text NOT NULL,
	`tenant_id` text NOT NULL,
	`settings` text NOT NULL,
	`sealed_secrets` text,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	PRIMARY KEY(`campaign_id`, `buyer_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `buyer_contracts_by_id` ON `buyer_contracts` (`id`);--> statement-breakpoint
CREATE INDEX `buyer_contracts_by_buyer` ON `buyer_contracts` (`tenant_id`,`buyer_id`);--> statement-breakpoint
CREATE TABLE `buyers` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`name` text NOT NULL,
	`status` text NOT NULL,
	`settings` text NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	`archived_at` text
);
--> statement-breakpoint
CREATE INDEX `buyers_by_tenant` ON `buyers` (`tenant_id`,`id`);--> statement-breakpoint
CREATE TABLE `campaigns` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`name` text NOT NULL,
	`vertical` text NOT NULL,
	`sub_vertical` text,
	`status` text NOT NULL,
	`settings` text NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	`archived_at` text
);
--> statement-breakpoint
CREATE INDEX `campaigns_by_tenant` ON `campaigns` (`tenant_id`,`id`);--> statement-breakpoint
CREATE TABLE `publishes` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`kind` text NOT NULL,
	`subject_id` text NOT NULL,
	`created_at` text DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')) NOT NULL
);
--> statement-breakpoint
CREATE TABLE `source_links` (
	`campaign_id` text NOT NULL,
	`supplier_id` text NOT NULL,
	`tenant_id` text NOT NULL,
	`settings` text NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	PRIMARY KEY(`campaign_id`, `supplier_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `source_links_by_supplier` ON `source_links` (`tenant_id`,`supplier_id`);--> statement-breakpoint
CREATE TABLE `suppliers` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`name` text NOT NULL,
	`status` text NOT NULL,
	`settings` text NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	`archived_at` text
);
--> statement-breakpoint
CREATE INDEX `suppliers_by_tenant` ON `suppliers` (`tenant_id`,`id`);--> statement-breakpoint
CREATE TABLE `tenants` (
	`id` text PRIMARY KEY NOT NULL,
	`mode` text NOT NULL,
	`name` text NOT NULL,
	`currency` text DEFAULT 'USD' NOT NULL,
	`created_at` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `dead_letters` (
	`id` text PRIMARY KEY NOT NULL,
	`queue` text NOT NULL,
	`body` text NOT NULL,
	`attempts` integer NOT NULL,
	`failed_at` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `leads` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`auction_id` text NOT NULL,
	`sequence` integer NOT NULL,
	`campaign_id` text NOT NULL,
	`supplier_id` text NOT NULL,
	`buyer_id` text,
	`status` text NOT NULL,
	`test` integer NOT NULL,
	`currency` text NOT NULL,
	`revenue_micros` integer NOT NULL,
	`payout_micros` integer NOT NULL,
	`reason` text,
	`received_at` text NOT NULL,
	`settled_at` text,
	`close_to_post_ms` integer,
	`bids` text NOT NULL,
	`sealed_fields` text,
	`sealed_key` text
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `leads_by_time` ON `leads` (`tenant_id`,`received_at`,`id`);--> statement-breakpoint
CREATE INDEX `leads_by_campaign` ON `leads` (`tenant_id`,`campaign_id`,`received_at`);--> statement-breakpoint
CREATE TABLE `ledger` (
	`auction_id` text NOT NULL,
	`contract_id` text NOT NULL,
	`kind` text NOT NULL,
	`tenant_id` text NOT NULL,
	`lead_id` text NOT NULL,
	`campaign_id` text NOT NULL,
	`supplier_id` text NOT NULL,
	`buyer_id` text NOT NULL,
	`currency` text NOT NULL,
	`revenue_micros` integer NOT NULL,
	`payout_micros` integer NOT NULL,
	`at` text NOT NULL,
	PRIMARY KEY(`auction_id`, `contract_id`, `kind`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `rollups` (
	`tenant_id` text NOT NULL,
	`hour` text NOT NULL,
	`campaign_id` text NOT NULL,
	`supplier_id` text NOT NULL,
	`buyer_id` text NOT NULL,
	`leads` integer NOT NULL,
	`sales` integer NOT NULL,
	`revenue_micros` integer NOT NULL,
	`payout_micros` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `hour`, `campaign_id`, `supplier_id`, `buyer_id`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `tenants` (`id`, `mode`, `name`, `currency`, `created_at`) VALUES
	('live', 'live', 'Live', 'USD', strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
	('sandbox', 'sandbox', 'Sandbox', 'USD', strftime('%Y-%m-%dT%H:%M:%fZ', 'now'));
