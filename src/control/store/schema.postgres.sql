-- The schema of a postgres store, dumped by test/control/store/schema.test.ts. Not run: migrations make it.

CREATE OR REPLACE FUNCTION public.audit_only_grows()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ begin raise exception 'audit rows are append-only'; end $function$;

create table account_limits (
  account text not null,
  count text not null,
  updated_at bigint not null
);

alter table account_limits add constraint account_limits_pkey PRIMARY KEY (account);

create table agents (
  id text not null,
  merchant_id text not null,
  email text not null,
  name text not null,
  role text not null,
  password_hash text not null,
  disabled_at bigint,
  created_at bigint not null,
  updated_at bigint not null
);

alter table agents add constraint agents_by_merchant UNIQUE (merchant_id, id);

alter table agents add constraint agents_email_key UNIQUE (email);

alter table agents add constraint agents_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES merchants(id);

alter table agents add constraint agents_pkey PRIMARY KEY (id);

create table api_keys (
  id text not null,
  merchant_id text not null,
  name text not null,
  key_hash text not null,
  created_at bigint not null,
  last_used_at bigint,
  revoked_at bigint,
  api_version text not null default '2026-10-01'::text
);

alter table api_keys add constraint api_keys_key_hash_key UNIQUE (key_hash);

alter table api_keys add constraint api_keys_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES merchants(id);

alter table api_keys add constraint api_keys_pkey PRIMARY KEY (id);

create table attempts (
  id text not null,
  merchant_id text not null,
  payment_id text not null,
  state text not null,
  gateway text not null,
  idempotency_key text not null,
  amount_minor integer not null,
  currency text not null,
  brand text not null,
  last4 text not null,
  gateway_ref text,
  auth_code text,
  because text,
  sent_at bigint not null,
  inquiries integer not null,
  absent_at bigint,
  created_at bigint not null,
  updated_at bigint not null,
  sent_to text,
  way text not null default 'card'::text,
  stored_card_id text,
  initiator text,
  expires text
);

alter table attempts add constraint attempts_idempotency_key_key UNIQUE (idempotency_key);

alter table attempts add constraint attempts_payment FOREIGN KEY (merchant_id, payment_id) REFERENCES payments(merchant_id, id);

alter table attempts add constraint attempts_pkey PRIMARY KEY (id);

CREATE INDEX attempts_approved ON public.attempts USING btree (merchant_id, updated_at) WHERE (state = 'approved'::text);

CREATE INDEX attempts_of_payment ON public.attempts USING btree (merchant_id, payment_id);

CREATE UNIQUE INDEX attempts_one_live ON public.attempts USING btree (payment_id) WHERE (state = ANY (ARRAY['open'::text, 'unknown'::text, 'approved'::text]));

create table audit (
  merchant_id text not null,
  seq integer not null,
  id text not null,
  at bigint not null,
  actor_kind text not null,
  actor_id text not null,
  action text not null,
  payment_id text,
  facts text not null,
  previous_hash text not null,
  hash text not null
);

alter table audit add constraint audit_id_key UNIQUE (id);

alter table audit add constraint audit_key PRIMARY KEY (merchant_id, seq);

alter table audit add constraint audit_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES merchants(id);

CREATE TRIGGER audit_no_delete BEFORE DELETE ON public.audit FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows();

CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON public.audit FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows();

CREATE TRIGGER audit_no_update BEFORE UPDATE ON public.audit FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows();

create table calls (
  id text not null,
  merchant_id text not null,
  status text not null,
  direction text not null,
  from_number text not null,
  to_number text not null,
  provider text not null,
  provider_call_id text not null,
  agent_address text not null,
  agent_provider_call_id text,
  ended_because text,
  started_at bigint not null,
  ended_at bigint,
  updated_at bigint not null,
  metadata text not null default '{}'::text
);

alter table calls add constraint calls_by_provider UNIQUE (provider, provider_call_id);

alter table calls add constraint calls_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES merchants(id);

alter table calls add constraint calls_pkey PRIMARY KEY (id);

CREATE INDEX calls_going_on ON public.calls USING btree (status) WHERE (status <> 'ended'::text);

CREATE INDEX calls_of_merchant ON public.calls USING btree (merchant_id, id);

create table connection_consents (
  state_hash text not null,
  merchant_id text not null,
  connection_id text not null,
  agent_id text not null,
  sealed_verifier text not null,
  created_at bigint not null
);

alter table connection_consents add constraint connection_consents_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES merchants(id);

alter table connection_consents add constraint connection_consents_pkey PRIMARY KEY (state_hash);

create table connections (
  id text not null,
  merchant_id text not null,
  adapter text not null,
  name text not null,
  state text not null,
  disabled_because text,
  settings text not null,
  origins text,
  grant_kind text not null,
  client_id text not null,
  sealed_client text not null,
  sealed_tokens text,
  tokens_until bigint not null,
  tokens_version integer not null,
  refreshing_until bigint not null,
  mapping text not null,
  events text not null,
  rules text not null,
  created_at bigint not null,
  updated_at bigint not null
);

alter table connections add constraint connections_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES merchants(id);

alter table connections add constraint connections_pkey PRIMARY KEY (id);

CREATE INDEX connections_of_merchant ON public.connections USING btree (merchant_id, id);

create table gateway_events (
  gateway text not null,
  event_id text not null,
  merchant_id text,
  what text not null,
  gateway_ref text,
  our_reference text,
  amount_minor integer,
  currency text,
  state text not null,
  because text,
  tries integer not null,
  next_at bigint not null,
  received_at bigint not null,
  updated_at bigint not null
);

alter table gateway_events add constraint gateway_events_key PRIMARY KEY (gateway, event_id);

alter table gateway_events add constraint gateway_events_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES merchants(id);

CREATE INDEX gateway_events_due ON public.gateway_events USING btree (next_at) WHERE (state <> 'done'::text);

create table idempotency_keys (
  principal text not null,
  key text not null,
  merchant_id text not null,
  fingerprint text not null,
  boot_id text not null,
  state text not null,
  status integer,
  content_type text,
  body text,
  created_at bigint not null,
  leased_until bigint
);

alter table idempotency_keys add constraint idempotency_keys_key PRIMARY KEY (principal, key);

alter table idempotency_keys add constraint idempotency_keys_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES merchants(id);

CREATE INDEX idempotency_keys_by_age ON public.idempotency_keys USING btree (created_at);

create table merchants (
  id text not null,
  name text not null,
  gateway_id text not null,
  created_at bigint not null,
  updated_at bigint not null
);

alter table merchants add constraint merchants_pkey PRIMARY KEY (id);

create table migrations (
  name text not null,
  at bigint not null
);

alter table migrations add constraint migrations_pkey PRIMARY KEY (name);

create table operations (
  id text not null,
  merchant_id text not null,
  payment_id text not null,
  kind text not null,
  state text not null,
  gateway text not null,
  idempotency_key text not null,
  amount_minor integer not null,
  currency text not null,
  payment_ref text not null,
  gateway_ref text,
  because text,
  reason text,
  sent_at bigint not null,
  inquiries integer not null,
  absent_at bigint,
  created_at bigint not null,
  updated_at bigint not null,
  sent_to text
);

alter table operations add constraint operations_amount_minor_check CHECK ((amount_minor > 0));

alter table operations add constraint operations_idempotency_key_key UNIQUE (idempotency_key);

alter table operations add constraint operations_payment FOREIGN KEY (merchant_id, payment_id) REFERENCES payments(merchant_id, id);

alter table operations add constraint operations_pkey PRIMARY KEY (id);

CREATE INDEX operations_by_gateway_ref ON public.operations USING btree (merchant_id, gateway_ref);

CREATE INDEX operations_done ON public.operations USING btree (merchant_id, updated_at) WHERE (state = 'done'::text);

CREATE INDEX operations_of_payment ON public.operations USING btree (merchant_id, payment_id);

CREATE UNIQUE INDEX operations_one_live ON public.operations USING btree (payment_id) WHERE ((state = ANY (ARRAY['open'::text, 'unknown'::text])) OR ((state = 'pending'::text) AND (kind <> 'refund'::text)));

CREATE INDEX operations_under_way ON public.operations USING btree (merchant_id) WHERE (state = ANY (ARRAY['open'::text, 'unknown'::text, 'pending'::text]));

create table outbox (
  event_id text not null,
  target text not null,
  merchant_id text not null,
  payment_id text not null,
  position integer not null,
  type text not null,
  body text not null,
  state text not null,
  attempts integer not null,
  next_at bigint not null,
  leased_until bigint not null,
  created_at bigint not null,
  updated_at bigint not null,
  attempts_before integer not null default 0
);

alter table outbox add constraint outbox_key PRIMARY KEY (event_id, target);

alter table outbox add constraint outbox_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES merchants(id);

CREATE INDEX outbox_by_merchant ON public.outbox USING btree (merchant_id, event_id, target);

CREATE INDEX outbox_dead ON public.outbox USING btree (merchant_id, event_id, target) WHERE (state = 'dead'::text);

CREATE INDEX outbox_due ON public.outbox USING btree (target, next_at, event_id) WHERE (state = 'waiting'::text);

CREATE INDEX outbox_waiting ON public.outbox USING btree (target, payment_id, "position") WHERE (state = 'waiting'::text);

create table pay_links (
  attempt_id text not null,
  merchant_id text not null,
  payment_id text not null,
  token text not null,
  page_url text,
  channel text,
  address text,
  locale text,
  expires_at bigint not null,
  open integer not null,
  created_at bigint not null,
  updated_at bigint not null,
  kind text not null default 'hosted'::text,
  embed text
);

alter table pay_links add constraint pay_links_payment FOREIGN KEY (merchant_id, payment_id) REFERENCES payments(merchant_id, id);

alter table pay_links add constraint pay_links_pkey PRIMARY KEY (attempt_id);

alter table pay_links add constraint pay_links_token_key UNIQUE (token);

CREATE INDEX pay_links_open ON public.pay_links USING btree (merchant_id, open);

create table payments (
  id text not null,
  merchant_id text not null,
  call_id text not null,
  amount_minor integer not null,
  currency text not null,
  reference text not null,
  description text,
  metadata text not null,
  capture text not null,
  confirm text not null,
  status text not null,
  brand text,
  last4 text,
  gateway text not null,
  gateway_ref text,
  auth_code text,
  decline text,
  attempts integer not null,
  version integer not null,
  created_at bigint not null,
  updated_at bigint not null,
  captured_minor integer not null default 0,
  refunded_minor integer not null default 0,
  customer text,
  moto integer,
  keep_card text,
  stored_card text,
  pay_link text,
  group_id text,
  bank_account text
);

alter table payments add constraint payments_amount_minor_check CHECK ((amount_minor > 0));

alter table payments add constraint payments_by_merchant UNIQUE (merchant_id, id);

alter table payments add constraint payments_check CHECK (((captured_minor >= 0) AND (captured_minor <= amount_minor)));

alter table payments add constraint payments_check1 CHECK (((refunded_minor >= 0) AND (refunded_minor <= captured_minor)));

alter table payments add constraint payments_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES merchants(id);

alter table payments add constraint payments_pkey PRIMARY KEY (id);

CREATE INDEX payments_by_age ON public.payments USING btree (merchant_id, created_at);

CREATE INDEX payments_by_customer ON public.payments USING btree (merchant_id, customer, id) WHERE (customer IS NOT NULL);

CREATE INDEX payments_by_gateway_ref ON public.payments USING btree (merchant_id, gateway_ref);

CREATE INDEX payments_by_reference ON public.payments USING btree (merchant_id, reference, id);

CREATE INDEX payments_by_status ON public.payments USING btree (merchant_id, status, id);

CREATE INDEX payments_of_call ON public.payments USING btree (merchant_id, call_id);

CREATE INDEX payments_under_way ON public.payments USING btree (merchant_id, id) WHERE (status = ANY (ARRAY['collecting'::text, 'ready'::text, 'authorising'::text, 'unknown'::text]));

create table plan_runs (
  merchant_id text not null,
  plan_id text not null,
  number integer not null,
  due_at bigint not null,
  amount_minor integer not null,
  state text not null,
  payment_id text not null,
  because text,
  created_at bigint not null,
  updated_at bigint not null,
  tries_before integer not null default 0
);

alter table plan_runs add constraint plan_runs_key PRIMARY KEY (plan_id, number);

alter table plan_runs add constraint plan_runs_payment_id_key UNIQUE (payment_id);

alter table plan_runs add constraint plan_runs_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES plans(id);

create table plans (
  id text not null,
  merchant_id text not null,
  kind text not null,
  status text not null,
  because text,
  customer text not null,
  gateway text not null,
  stored_card_id text,
  first_payment_id text,
  reference text not null,
  description text,
  currency text not null,
  amount_minor integer not null,
  count integer,
  schedule text not null,
  dunning text not null,
  next_run integer not null,
  next_index integer not null,
  notice text,
  next_at bigint,
  leased_until bigint not null,
  version integer not null,
  created_at bigint not null,
  updated_at bigint not null
);

alter table plans add constraint plans_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES merchants(id);

alter table plans add constraint plans_pkey PRIMARY KEY (id);

CREATE INDEX plans_by_first_payment ON public.plans USING btree (merchant_id, first_payment_id);

CREATE INDEX plans_due ON public.plans USING btree (merchant_id, next_at);

CREATE INDEX plans_waiting ON public.plans USING btree (merchant_id, first_payment_id) WHERE (status = 'waiting'::text);

create table receipt_settings (
  merchant_id text not null,
  settings text not null,
  updated_at bigint not null
);

alter table receipt_settings add constraint receipt_settings_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES merchants(id);

alter table receipt_settings add constraint receipt_settings_pkey PRIMARY KEY (merchant_id);

create table receipt_templates (
  merchant_id text not null,
  kind text not null,
  part text not null,
  body text not null,
  updated_at bigint not null
);

alter table receipt_templates add constraint receipt_templates_key PRIMARY KEY (merchant_id, kind, part);

alter table receipt_templates add constraint receipt_templates_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES merchants(id);

create table receipt_wishes (
  merchant_id text not null,
  payment_id text not null,
  channel text not null,
  address text not null,
  locale text,
  consent_kind text not null,
  consent_id text not null,
  consent_at bigint not null
);

alter table receipt_wishes add constraint receipt_wishes_key PRIMARY KEY (merchant_id, payment_id, channel);

alter table receipt_wishes add constraint receipt_wishes_payment FOREIGN KEY (merchant_id, payment_id) REFERENCES payments(merchant_id, id);

create table receipts (
  id text not null,
  merchant_id text not null,
  payment_id text not null,
  kind text not null,
  subject text not null,
  channel text not null,
  address text not null,
  state text not null,
  look_ups integer not null,
  message_ref text,
  because text,
  sent_at bigint,
  created_at bigint not null,
  updated_at bigint not null
);

alter table receipts add constraint receipts_once UNIQUE (merchant_id, payment_id, kind, subject, channel);

alter table receipts add constraint receipts_payment FOREIGN KEY (merchant_id, payment_id) REFERENCES payments(merchant_id, id);

alter table receipts add constraint receipts_pkey PRIMARY KEY (id);

create table reconciliation_differences (
  id text not null,
  merchant_id text not null,
  reconciliation_id text not null,
  kind text not null,
  subject text not null,
  payment_id text,
  gateway_ref text,
  ours_minor integer,
  theirs_minor integer,
  currency text not null,
  created_at bigint not null
);

alter table reconciliation_differences add constraint differences_of_run FOREIGN KEY (merchant_id, reconciliation_id) REFERENCES reconciliations(merchant_id, id);

alter table reconciliation_differences add constraint reconciliation_differences_pkey PRIMARY KEY (id);

CREATE INDEX differences_by_subject ON public.reconciliation_differences USING btree (merchant_id, subject);

CREATE INDEX differences_of_reconciliation ON public.reconciliation_differences USING btree (merchant_id, reconciliation_id);

create table reconciliations (
  id text not null,
  merchant_id text not null,
  gateway text not null,
  state text not null,
  since_ms bigint not null,
  until_ms bigint not null,
  lines integer not null,
  matched integer not null,
  differences integer not null,
  because text,
  created_at bigint not null,
  updated_at bigint not null
);

alter table reconciliations add constraint reconciliations_by_merchant UNIQUE (merchant_id, id);

alter table reconciliations add constraint reconciliations_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES merchants(id);

alter table reconciliations add constraint reconciliations_pkey PRIMARY KEY (id);

create table record_links (
  connection_id text not null,
  payment_id text not null,
  merchant_id text not null,
  state text not null,
  record_kind text,
  record_id text,
  source text,
  because text,
  candidates text not null,
  written text,
  position integer not null,
  created_at bigint not null,
  updated_at bigint not null
);

alter table record_links add constraint record_links_key PRIMARY KEY (connection_id, payment_id);

alter table record_links add constraint record_links_payment FOREIGN KEY (merchant_id, payment_id) REFERENCES payments(merchant_id, id);

CREATE INDEX record_links_by_record ON public.record_links USING btree (merchant_id, record_id, record_kind);

CREATE INDEX record_links_of_payment ON public.record_links USING btree (merchant_id, payment_id);

create table sessions (
  id text not null,
  merchant_id text not null,
  agent_id text not null,
  token_hash text not null,
  created_at bigint not null,
  last_seen_at bigint not null
);

alter table sessions add constraint sessions_agent FOREIGN KEY (merchant_id, agent_id) REFERENCES agents(merchant_id, id);

alter table sessions add constraint sessions_pkey PRIMARY KEY (id);

alter table sessions add constraint sessions_token_hash_key UNIQUE (token_hash);

CREATE INDEX sessions_of_agent ON public.sessions USING btree (agent_id);

create table stored_cards (
  id text not null,
  merchant_id text not null,
  customer text not null,
  gateway text not null,
  token text not null,
  customer_ref text,
  network_ref text,
  brand text not null,
  last4 text not null,
  expires text not null,
  card_use text not null,
  consent_how text not null,
  consent_kind text not null,
  consent_id text not null,
  consent_at bigint not null,
  payment_id text not null,
  state text not null,
  created_at bigint not null,
  updated_at bigint not null,
  forget_because text,
  forget_failed_at bigint
);

alter table stored_cards add constraint stored_cards_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES merchants(id);

alter table stored_cards add constraint stored_cards_once UNIQUE (merchant_id, customer, gateway, brand, last4, expires);

alter table stored_cards add constraint stored_cards_pkey PRIMARY KEY (id);

CREATE INDEX stored_cards_by_payment ON public.stored_cards USING btree (merchant_id, payment_id);

create table webhook_deliveries (
  merchant_id text not null,
  event_id text not null,
  target text not null,
  attempt integer not null,
  status integer,
  outcome text not null,
  latency_ms integer not null,
  at bigint not null
);

alter table webhook_deliveries add constraint webhook_deliveries_key PRIMARY KEY (event_id, target, attempt);

alter table webhook_deliveries add constraint webhook_deliveries_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES merchants(id);

create table webhook_endpoints (
  id text not null,
  merchant_id text not null,
  url text not null,
  secret text not null,
  source text not null,
  state text not null,
  disabled_because text,
  created_at bigint not null,
  updated_at bigint not null,
  previous_secret text,
  previous_until bigint
);

alter table webhook_endpoints add constraint webhook_endpoints_by_url UNIQUE (merchant_id, url);

alter table webhook_endpoints add constraint webhook_endpoints_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES merchants(id);

alter table webhook_endpoints add constraint webhook_endpoints_pkey PRIMARY KEY (id);
