-- The schema of a sqlite store, dumped by test/control/store/schema.test.ts. Not run: migrations make it.

CREATE TABLE "account_limits" ("account" text primary key, "count" text not null, "updated_at" bigint not null);

CREATE TABLE "agents" ("id" text primary key, "merchant_id" text not null references "merchants" ("id"), "email" text not null unique, "name" text not null, "role" text not null, "password_hash" text not null, "disabled_at" bigint, "created_at" bigint not null, "updated_at" bigint not null, constraint "agents_by_merchant" unique ("merchant_id", "id"));

CREATE TABLE "api_keys" ("id" text primary key, "merchant_id" text not null references "merchants" ("id"), "name" text not null, "key_hash" text not null unique, "created_at" bigint not null, "last_used_at" bigint, "revoked_at" bigint, "api_version" text default '2026-10-01' not null);

CREATE TABLE "attempts" ("id" text primary key, "merchant_id" text not null, "payment_id" text not null, "state" text not null, "gateway" text not null, "idempotency_key" text not null unique, "amount_minor" integer not null, "currency" text not null, "brand" text not null, "last4" text not null, "gateway_ref" text, "auth_code" text, "because" text, "sent_at" bigint not null, "inquiries" integer not null, "absent_at" bigint, "created_at" bigint not null, "updated_at" bigint not null, "sent_to" text, "way" text default 'card' not null, "stored_card_id" text, "initiator" text, "expires" text, constraint "attempts_payment" foreign key ("merchant_id", "payment_id") references "payments" ("merchant_id", "id"));

CREATE INDEX "attempts_approved" on "attempts" ("merchant_id", "updated_at") where "state" = 'approved';

CREATE INDEX "attempts_of_payment" on "attempts" ("merchant_id", "payment_id");

CREATE UNIQUE INDEX "attempts_one_live" on "attempts" ("payment_id") where "state" in ('open', 'unknown', 'approved');

CREATE TABLE "audit" ("merchant_id" text not null references "merchants" ("id"), "seq" integer not null, "id" text not null unique, "at" bigint not null, "actor_kind" text not null, "actor_id" text not null, "action" text not null, "payment_id" text, "facts" text not null, "previous_hash" text not null, "hash" text not null, constraint "audit_key" primary key ("merchant_id", "seq"));

CREATE TRIGGER "audit_no_delete" before delete on audit
      begin select raise(abort, 'audit rows are append-only'); end;

CREATE TRIGGER "audit_no_update" before update on audit
      begin select raise(abort, 'audit rows are append-only'); end;

CREATE TABLE "calls" ("id" text primary key, "merchant_id" text not null references "merchants" ("id"), "status" text not null, "direction" text not null, "from_number" text not null, "to_number" text not null, "provider" text not null, "provider_call_id" text not null, "agent_address" text not null, "agent_provider_call_id" text, "ended_because" text, "started_at" bigint not null, "ended_at" bigint, "updated_at" bigint not null, "metadata" text default '{}' not null, constraint "calls_by_provider" unique ("provider", "provider_call_id"));

CREATE INDEX "calls_going_on" on "calls" ("status") where "status" != 'ended';

CREATE INDEX "calls_of_merchant" on "calls" ("merchant_id", "id");

CREATE TABLE "connection_consents" ("state_hash" text primary key, "merchant_id" text not null references "merchants" ("id"), "connection_id" text not null, "agent_id" text not null, "sealed_verifier" text not null, "created_at" bigint not null);

CREATE TABLE "connections" ("id" text primary key, "merchant_id" text not null references "merchants" ("id"), "adapter" text not null, "name" text not null, "state" text not null, "disabled_because" text, "settings" text not null, "origins" text, "grant_kind" text not null, "client_id" text not null, "sealed_client" text not null, "sealed_tokens" text, "tokens_until" bigint not null, "tokens_version" integer not null, "refreshing_until" bigint not null, "mapping" text not null, "events" text not null, "rules" text not null, "created_at" bigint not null, "updated_at" bigint not null);

CREATE INDEX "connections_of_merchant" on "connections" ("merchant_id", "id");

CREATE TABLE "gateway_events" ("gateway" text not null, "event_id" text not null, "merchant_id" text references "merchants" ("id"), "what" text not null, "gateway_ref" text, "our_reference" text, "amount_minor" integer, "currency" text, "state" text not null, "because" text, "tries" integer not null, "next_at" bigint not null, "received_at" bigint not null, "updated_at" bigint not null, constraint "gateway_events_key" primary key ("gateway", "event_id"));

CREATE INDEX "gateway_events_due" on "gateway_events" ("next_at") where "state" != 'done';

CREATE TABLE "idempotency_keys" ("principal" text not null, "key" text not null, "merchant_id" text not null references "merchants" ("id"), "fingerprint" text not null, "boot_id" text not null, "state" text not null, "status" integer, "content_type" text, "body" text, "created_at" bigint not null, "leased_until" bigint, constraint "idempotency_keys_key" primary key ("principal", "key"));

CREATE INDEX "idempotency_keys_by_age" on "idempotency_keys" ("created_at");

CREATE TABLE "merchants" ("id" text primary key, "name" text not null, "gateway_id" text not null, "created_at" bigint not null, "updated_at" bigint not null);

CREATE TABLE migrations (name text primary key, at bigint not null);

CREATE TABLE "operations" ("id" text primary key, "merchant_id" text not null, "payment_id" text not null, "kind" text not null, "state" text not null, "gateway" text not null, "idempotency_key" text not null unique, "amount_minor" integer not null check (amount_minor > 0), "currency" text not null, "payment_ref" text not null, "gateway_ref" text, "because" text, "reason" text, "sent_at" bigint not null, "inquiries" integer not null, "absent_at" bigint, "created_at" bigint not null, "updated_at" bigint not null, "sent_to" text, constraint "operations_payment" foreign key ("merchant_id", "payment_id") references "payments" ("merchant_id", "id"));

CREATE INDEX "operations_by_gateway_ref" on "operations" ("merchant_id", "gateway_ref");

CREATE INDEX "operations_done" on "operations" ("merchant_id", "updated_at") where "state" = 'done';

CREATE INDEX "operations_of_payment" on "operations" ("merchant_id", "payment_id");

CREATE UNIQUE INDEX operations_one_live on operations (payment_id)
    where state in ('open', 'unknown') or (state = 'pending' and kind <> 'refund');

CREATE INDEX operations_under_way on operations (merchant_id)
    where state in ('open', 'unknown', 'pending');

CREATE TABLE "outbox" ("event_id" text not null, "target" text not null, "merchant_id" text not null references "merchants" ("id"), "payment_id" text not null, "position" integer not null, "type" text not null, "body" text not null, "state" text not null, "attempts" integer not null, "next_at" bigint not null, "leased_until" bigint not null, "created_at" bigint not null, "updated_at" bigint not null, "attempts_before" integer default 0 not null, constraint "outbox_key" primary key ("event_id", "target"));

CREATE INDEX "outbox_by_merchant" on "outbox" ("merchant_id", "event_id", "target");

CREATE INDEX outbox_dead on outbox (merchant_id, event_id, target) where state = 'dead';

CREATE INDEX outbox_due on outbox (target, next_at, event_id) where state = 'waiting';

CREATE INDEX "outbox_waiting" on "outbox" ("target", "payment_id", "position") where "state" = 'waiting';

CREATE TABLE "pay_links" ("attempt_id" text primary key, "merchant_id" text not null, "payment_id" text not null, "token" text not null unique, "page_url" text, "channel" text, "address" text, "locale" text, "expires_at" bigint not null, "open" integer not null, "created_at" bigint not null, "updated_at" bigint not null, "kind" text default 'hosted' not null, "embed" text, constraint "pay_links_payment" foreign key ("merchant_id", "payment_id") references "payments" ("merchant_id", "id"));

CREATE INDEX "pay_links_open" on "pay_links" ("merchant_id", "open");

CREATE TABLE "payments" ("id" text primary key, "merchant_id" text not null references "merchants" ("id"), "call_id" text not null, "amount_minor" integer not null check (amount_minor > 0), "currency" text not null, "reference" text not null, "description" text, "metadata" text not null, "capture" text not null, "confirm" text not null, "status" text not null, "brand" text, "last4" text, "gateway" text not null, "gateway_ref" text, "auth_code" text, "decline" text, "attempts" integer not null, "version" integer not null, "created_at" bigint not null, "updated_at" bigint not null, "captured_minor" integer default 0 not null check (captured_minor between 0 and amount_minor), "refunded_minor" integer default 0 not null check (refunded_minor between 0 and captured_minor), "customer" text, "moto" integer, "keep_card" text, "stored_card" text, "pay_link" text, "group_id" text, "bank_account" text, constraint "payments_by_merchant" unique ("merchant_id", "id"));

CREATE INDEX "payments_by_age" on "payments" ("merchant_id", "created_at");

CREATE INDEX "payments_by_customer" on "payments" ("merchant_id", "customer", "id") where "customer" is not null;

CREATE INDEX "payments_by_gateway_ref" on "payments" ("merchant_id", "gateway_ref");

CREATE INDEX "payments_by_reference" on "payments" ("merchant_id", "reference", "id");

CREATE INDEX "payments_by_status" on "payments" ("merchant_id", "status", "id");

CREATE INDEX "payments_of_call" on "payments" ("merchant_id", "call_id");

CREATE INDEX payments_under_way on payments (merchant_id, id)
      where status in ('collecting', 'ready', 'authorising', 'unknown');

CREATE TABLE "plan_runs" ("merchant_id" text not null, "plan_id" text not null references "plans" ("id"), "number" integer not null, "due_at" bigint not null, "amount_minor" integer not null, "state" text not null, "payment_id" text not null unique, "because" text, "created_at" bigint not null, "updated_at" bigint not null, "tries_before" integer default 0 not null, constraint "plan_runs_key" primary key ("plan_id", "number"));

CREATE TABLE "plans" ("id" text primary key, "merchant_id" text not null references "merchants" ("id"), "kind" text not null, "status" text not null, "because" text, "customer" text not null, "gateway" text not null, "stored_card_id" text, "first_payment_id" text, "reference" text not null, "description" text, "currency" text not null, "amount_minor" integer not null, "count" integer, "schedule" text not null, "dunning" text not null, "next_run" integer not null, "next_index" integer not null, "notice" text, "next_at" bigint, "leased_until" bigint not null, "version" integer not null, "created_at" bigint not null, "updated_at" bigint not null);

CREATE INDEX "plans_by_first_payment" on "plans" ("merchant_id", "first_payment_id");

CREATE INDEX "plans_due" on "plans" ("merchant_id", "next_at");

CREATE INDEX "plans_waiting" on "plans" ("merchant_id", "first_payment_id") where "status" = 'waiting';

CREATE TABLE "receipt_settings" ("merchant_id" text primary key references "merchants" ("id"), "settings" text not null, "updated_at" bigint not null);

CREATE TABLE "receipt_templates" ("merchant_id" text not null references "merchants" ("id"), "kind" text not null, "part" text not null, "body" text not null, "updated_at" bigint not null, constraint "receipt_templates_key" primary key ("merchant_id", "kind", "part"));

CREATE TABLE "receipt_wishes" ("merchant_id" text not null, "payment_id" text not null, "channel" text not null, "address" text not null, "locale" text, "consent_kind" text not null, "consent_id" text not null, "consent_at" bigint not null, constraint "receipt_wishes_key" primary key ("merchant_id", "payment_id", "channel"), constraint "receipt_wishes_payment" foreign key ("merchant_id", "payment_id") references "payments" ("merchant_id", "id"));

CREATE TABLE "receipts" ("id" text primary key, "merchant_id" text not null, "payment_id" text not null, "kind" text not null, "subject" text not null, "channel" text not null, "address" text not null, "state" text not null, "look_ups" integer not null, "message_ref" text, "because" text, "sent_at" bigint, "created_at" bigint not null, "updated_at" bigint not null, constraint "receipts_once" unique ("merchant_id", "payment_id", "kind", "subject", "channel"), constraint "receipts_payment" foreign key ("merchant_id", "payment_id") references "payments" ("merchant_id", "id"));

CREATE TABLE "reconciliation_differences" ("id" text primary key, "merchant_id" text not null, "reconciliation_id" text not null, "kind" text not null, "subject" text not null, "payment_id" text, "gateway_ref" text, "ours_minor" integer, "theirs_minor" integer, "currency" text not null, "created_at" bigint not null, constraint "differences_of_run" foreign key ("merchant_id", "reconciliation_id") references "reconciliations" ("merchant_id", "id"));

CREATE INDEX "differences_by_subject" on "reconciliation_differences" ("merchant_id", "subject");

CREATE INDEX "differences_of_reconciliation" on "reconciliation_differences" ("merchant_id", "reconciliation_id");

CREATE TABLE "reconciliations" ("id" text primary key, "merchant_id" text not null references "merchants" ("id"), "gateway" text not null, "state" text not null, "since_ms" bigint not null, "until_ms" bigint not null, "lines" integer not null, "matched" integer not null, "differences" integer not null, "because" text, "created_at" bigint not null, "updated_at" bigint not null, constraint "reconciliations_by_merchant" unique ("merchant_id", "id"));

CREATE TABLE "record_links" ("connection_id" text not null, "payment_id" text not null, "merchant_id" text not null, "state" text not null, "record_kind" text, "record_id" text, "source" text, "because" text, "candidates" text not null, "written" text, "position" integer not null, "created_at" bigint not null, "updated_at" bigint not null, constraint "record_links_key" primary key ("connection_id", "payment_id"), constraint "record_links_payment" foreign key ("merchant_id", "payment_id") references "payments" ("merchant_id", "id"));

CREATE INDEX "record_links_by_record" on "record_links" ("merchant_id", "record_id", "record_kind");

CREATE INDEX "record_links_of_payment" on "record_links" ("merchant_id", "payment_id");

CREATE TABLE "sessions" ("id" text primary key, "merchant_id" text not null, "agent_id" text not null, "token_hash" text not null unique, "created_at" bigint not null, "last_seen_at" bigint not null, constraint "sessions_agent" foreign key ("merchant_id", "agent_id") references "agents" ("merchant_id", "id"));

CREATE INDEX "sessions_of_agent" on "sessions" ("agent_id");

CREATE TABLE "stored_cards" ("id" text primary key, "merchant_id" text not null references "merchants" ("id"), "customer" text not null, "gateway" text not null, "token" text not null, "customer_ref" text, "network_ref" text, "brand" text not null, "last4" text not null, "expires" text not null, "card_use" text not null, "consent_how" text not null, "consent_kind" text not null, "consent_id" text not null, "consent_at" bigint not null, "payment_id" text not null, "state" text not null, "created_at" bigint not null, "updated_at" bigint not null, "forget_because" text, "forget_failed_at" bigint, constraint "stored_cards_once" unique ("merchant_id", "customer", "gateway", "brand", "last4", "expires"));

CREATE INDEX "stored_cards_by_payment" on "stored_cards" ("merchant_id", "payment_id");

CREATE TABLE "webhook_deliveries" ("merchant_id" text not null references "merchants" ("id"), "event_id" text not null, "target" text not null, "attempt" integer not null, "status" integer, "outcome" text not null, "latency_ms" integer not null, "at" bigint not null, constraint "webhook_deliveries_key" primary key ("event_id", "target", "attempt"));

CREATE TABLE "webhook_endpoints" ("id" text primary key, "merchant_id" text not null references "merchants" ("id"), "url" text not null, "secret" text not null, "source" text not null, "state" text not null, "disabled_because" text, "created_at" bigint not null, "updated_at" bigint not null, "previous_secret" text, "previous_until" bigint, constraint "webhook_endpoints_by_url" unique ("merchant_id", "url"));
