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
CREATE INDEX `audit_log_by_target` ON `audit_log` (`tenant_id`,`target_id`,`id`);