-- WITHOUT ROWID is set by hand (drizzle cannot say it), as in 0000.
CREATE TABLE `lead_contacts` (
	`tenant_id` text NOT NULL,
	`contact_key` text NOT NULL,
	`received_at` text NOT NULL,
	`lead_id` text NOT NULL,
	PRIMARY KEY(`tenant_id`, `contact_key`, `received_at`, `lead_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `erasures` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`subject_kind` text NOT NULL,
	`subject_key` text NOT NULL,
	`requested_at` text NOT NULL,
	`completed_at` text,
	`leads` integer DEFAULT 0 NOT NULL,
	`auctions` integer DEFAULT 0 NOT NULL,
	`dead_letters` integer DEFAULT 0 NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `erasures_by_subject` ON `erasures` (`tenant_id`,`subject_key`,`requested_at`);--> statement-breakpoint
CREATE INDEX `erasures_open` ON `erasures` (`completed_at`);--> statement-breakpoint
CREATE TABLE `key_rotations` (
	`kid` text NOT NULL,
	`what` text NOT NULL,
	`place` text NOT NULL,
	`rewrapped` integer DEFAULT 0 NOT NULL,
	`finished_at` text,
	PRIMARY KEY(`kid`, `what`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `retention` (
	`tenant_id` text PRIMARY KEY NOT NULL,
	`contact_days` integer NOT NULL,
	`details_days` integer NOT NULL,
	`contact_erased_to` text DEFAULT '' NOT NULL,
	`details_erased_to` text DEFAULT '' NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `leads` ADD `sealed_details` text;--> statement-breakpoint
ALTER TABLE `leads` ADD `details_key` text;--> statement-breakpoint
ALTER TABLE `leads` ADD `contact_keys` text;