ALTER TABLE `dead_letters` ADD `tenant_id` text;--> statement-breakpoint
ALTER TABLE `dead_letters` ADD `status` text DEFAULT 'kept' NOT NULL;--> statement-breakpoint
ALTER TABLE `dead_letters` ADD `deaths` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `dead_letters` ADD `resent_at` text;--> statement-breakpoint
CREATE INDEX `dead_letters_by_tenant` ON `dead_letters` (`tenant_id`,`failed_at`,`id`);