ALTER TABLE `audit_log` ADD `sealed_note` text;--> statement-breakpoint
ALTER TABLE `audit_log` ADD `sealed_note_key` text;--> statement-breakpoint
CREATE INDEX `audit_log_with_note` ON `audit_log` (`id`) WHERE "audit_log"."sealed_note_key" IS NOT NULL;