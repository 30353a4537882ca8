-- WITHOUT ROWID is set by hand (drizzle cannot say it), as in 0000.
CREATE TABLE `suppression_changes` (
	`tenant_id` text NOT NULL,
	`sequence` integer NOT NULL,
	`import_id` text,
	`entries` integer NOT NULL,
	`buckets` text NOT NULL,
	`created_at` text NOT NULL,
	PRIMARY KEY(`tenant_id`, `sequence`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `suppression_imports` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`list_id` text NOT NULL,
	`mode` text NOT NULL,
	`format` text NOT NULL,
	`shape` text,
	`layer` integer NOT NULL,
	`kinds` integer DEFAULT 0 NOT NULL,
	`lines` integer DEFAULT 0 NOT NULL,
	`received` integer DEFAULT 0 NOT NULL,
	`stored` integer DEFAULT 0 NOT NULL,
	`rejections` text NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	`finished_at` text
);
--> statement-breakpoint
CREATE INDEX `suppression_imports_by_list` ON `suppression_imports` (`tenant_id`,`list_id`,`id`);--> statement-breakpoint
CREATE INDEX `suppression_imports_open` ON `suppression_imports` (`tenant_id`,`updated_at`) WHERE `finished_at` IS NULL;--> statement-breakpoint
CREATE TABLE `suppression_indexes` (
	`tenant_id` text PRIMARY KEY NOT NULL,
	`sequence` integer NOT NULL,
	`state` text,
	`run` text
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `suppression_lists` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant_id` text NOT NULL,
	`number` integer NOT NULL,
	`name` text NOT NULL,
	`scope` text NOT NULL,
	`settings` text NOT NULL,
	`kinds` integer DEFAULT 0 NOT NULL,
	`layer` integer DEFAULT 0 NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	`archived_at` text
);
--> statement-breakpoint
CREATE INDEX `suppression_lists_by_tenant` ON `suppression_lists` (`tenant_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `suppression_lists_by_number` ON `suppression_lists` (`tenant_id`,`number`);--> statement-breakpoint
CREATE TABLE `suppression_pieces` (
	`tenant_id` text NOT NULL,
	`bucket` integer NOT NULL,
	`list_number` integer NOT NULL,
	`layer` integer NOT NULL,
	`sequence` integer NOT NULL,
	`part` integer NOT NULL,
	`effect` text NOT NULL,
	`entries` integer NOT NULL,
	`hashes` blob NOT NULL,
	PRIMARY KEY(`tenant_id`, `bucket`, `list_number`, `layer`, `sequence`, `part`)
) WITHOUT ROWID;
