CREATE TABLE `oauth_clients` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`role` text NOT NULL,
	`subject_id` text,
	`name` text,
	`secret_hash` text NOT NULL,
	`secret_last_four` text NOT NULL,
	`previous_hash` text,
	`previous_until` text,
	`scopes` text NOT NULL,
	`allowed_networks` text NOT NULL,
	`requests_per_second` integer,
	`created_at` text NOT NULL,
	`revoked_at` text,
	`last_used_at` text
);
--> statement-breakpoint
CREATE INDEX `oauth_clients_by_tenant` ON `oauth_clients` (`tenant_id`,`id`);--> statement-breakpoint
CREATE INDEX `oauth_clients_by_subject` ON `oauth_clients` (`tenant_id`,`subject_id`);--> statement-breakpoint
CREATE TABLE `oauth_revoked_tokens` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`client_id` text NOT NULL,
	`expires_at` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `oauth_revoked_tokens_by_client` ON `oauth_revoked_tokens` (`client_id`,`expires_at`);--> statement-breakpoint
CREATE TABLE `oauth_signing_keys` (
	`period` integer PRIMARY KEY NOT NULL,
	`kid` text NOT NULL,
	`public_key` text NOT NULL,
	`sealed_private_key` text NOT NULL,
	`created_at` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `request_fences` (
	`id` text PRIMARY KEY NOT NULL,
	`created_at` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `request_fences_by_time` ON `request_fences` (`created_at`);--> statement-breakpoint
ALTER TABLE `api_keys` ADD `name` text;--> statement-breakpoint
ALTER TABLE `api_keys` ADD `client_id` text;--> statement-breakpoint
ALTER TABLE `api_keys` ADD `allowed_networks` text;--> statement-breakpoint
ALTER TABLE `api_keys` ADD `requests_per_second` integer;--> statement-breakpoint
ALTER TABLE `api_keys` ADD `replaced_by` text;--> statement-breakpoint
ALTER TABLE `api_keys` ADD `last_used_at` text;--> statement-breakpoint
CREATE INDEX `api_keys_by_tenant` ON `api_keys` (`tenant_id`,`id`);