CREATE TABLE `lead_feedback` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`lead_id` text NOT NULL,
	`role` text NOT NULL,
	`subject_id` text,
	`status` text NOT NULL,
	`reported_revenue_micros` integer,
	`sealed_note` text,
	`sealed_note_key` text,
	`occurred_at` text NOT NULL,
	`created_at` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `lead_feedback_by_lead` ON `lead_feedback` (`tenant_id`,`lead_id`,`occurred_at`);--> statement-breakpoint
CREATE TABLE `lead_returns` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`auction_id` text NOT NULL,
	`contract_id` text NOT NULL,
	`lead_id` text NOT NULL,
	`campaign_id` text NOT NULL,
	`supplier_id` text NOT NULL,
	`buyer_id` text NOT NULL,
	`status` text NOT NULL,
	`reason` text NOT NULL,
	`test` integer NOT NULL,
	`currency` text NOT NULL,
	`revenue_micros` integer NOT NULL,
	`payout_micros` integer NOT NULL,
	`sold_at` text NOT NULL,
	`sealed_note` text,
	`sealed_note_key` text,
	`requested_by` text NOT NULL,
	`requested_at` text NOT NULL,
	`decided_by` text,
	`decided_at` text,
	`restore_caps` integer NOT NULL,
	`account_told_at` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `lead_returns_by_sale` ON `lead_returns` (`auction_id`,`contract_id`);--> statement-breakpoint
CREATE INDEX `lead_returns_by_tenant` ON `lead_returns` (`tenant_id`,`id`);--> statement-breakpoint
CREATE INDEX `lead_returns_by_lead` ON `lead_returns` (`tenant_id`,`lead_id`);--> statement-breakpoint
CREATE INDEX `lead_returns_untold` ON `lead_returns` (`decided_at`) WHERE status = 'approved' AND account_told_at IS NULL;--> statement-breakpoint
CREATE TABLE `audit_log` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`at` text NOT NULL,
	`actor_role` text NOT NULL,
	`actor_id` text NOT NULL,
	`request_id` text NOT NULL,
	`action` text NOT NULL,
	`target_kind` text NOT NULL,
	`target_id` text,
	`before` text,
	`after` text,
	`details` text
);
--> statement-breakpoint
CREATE INDEX `audit_log_by_tenant` ON `audit_log` (`tenant_id`,`id`);--> statement-breakpoint
CREATE INDEX `audit_log_by_target` ON `audit_log` (`tenant_id`,`target_id`,`id`);--> statement-breakpoint
ALTER TABLE `rollups` ADD `returns` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `rollups` ADD `returned_revenue_micros` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `rollups` ADD `returned_payout_micros` integer DEFAULT 0 NOT NULL;