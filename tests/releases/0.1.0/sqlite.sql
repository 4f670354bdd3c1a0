CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE change (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tx BIGINT NOT NULL, 
	operation_id INTEGER NOT NULL, 
	record_type VARCHAR NOT NULL, 
	record_id INTEGER NOT NULL, 
	action VARCHAR NOT NULL, 
	old JSON, 
	new JSON
);
CREATE TABLE event (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	tx BIGINT NOT NULL, 
	operation_id INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	subject_type VARCHAR NOT NULL, 
	subject_id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	data JSON NOT NULL
);
CREATE TABLE event_link (
	record_type VARCHAR NOT NULL, 
	record_id INTEGER NOT NULL, 
	event_id INTEGER NOT NULL, 
	CONSTRAINT pk_event_link PRIMARY KEY (record_type, record_id, event_id)
);
CREATE TABLE file (
	path VARCHAR NOT NULL, 
	sha256 VARCHAR NOT NULL, 
	size INTEGER NOT NULL, 
	mime VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	detached_at DATETIME, 
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT uq_file_path UNIQUE (path)
);
CREATE TABLE heartbeat (
	name VARCHAR NOT NULL, 
	seen_at DATETIME NOT NULL, 
	CONSTRAINT pk_heartbeat PRIMARY KEY (name)
);
CREATE TABLE job (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name VARCHAR NOT NULL, 
	args JSON NOT NULL, 
	"key" VARCHAR, 
	state VARCHAR NOT NULL, 
	due_at DATETIME NOT NULL, 
	lease_until DATETIME, 
	attempts INTEGER NOT NULL, 
	error VARCHAR, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT uq_job_key UNIQUE ("key")
);
CREATE TABLE link (
	purpose VARCHAR NOT NULL, 
	record_type VARCHAR NOT NULL, 
	record_id INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	nonce VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_on DATE, 
	revoked_at DATETIME, 
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT uq_link_nonce UNIQUE (nonce), 
	CONSTRAINT uq_link_record_type_record_id_purpose_version UNIQUE (record_type, record_id, purpose, version)
);
CREATE TABLE mail_account (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	paused_until DATETIME, 
	reason VARCHAR NOT NULL, 
	failures INTEGER NOT NULL
);
CREATE TABLE operation (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	kind VARCHAR NOT NULL, 
	actor_id INTEGER, 
	actor_kind VARCHAR NOT NULL, 
	request_id VARCHAR, 
	at DATETIME NOT NULL, 
	undone_by_id INTEGER
);
CREATE TABLE organisation (
	name VARCHAR NOT NULL, 
	legal_name VARCHAR NOT NULL, 
	address VARCHAR NOT NULL, 
	vat_id VARCHAR NOT NULL, 
	website VARCHAR NOT NULL, 
	email VARCHAR NOT NULL, 
	phone VARCHAR NOT NULL, 
	currency VARCHAR NOT NULL, 
	country VARCHAR NOT NULL, 
	locale VARCHAR NOT NULL, 
	time_zone VARCHAR NOT NULL, 
	logo_id INTEGER, 
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_organisation_logo_id FOREIGN KEY(logo_id) REFERENCES file (id)
);
CREATE TABLE hit (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	link_id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	kind VARCHAR NOT NULL, 
	agent VARCHAR NOT NULL, 
	user_agent VARCHAR NOT NULL, 
	CONSTRAINT fk_hit_link_id FOREIGN KEY(link_id) REFERENCES link (id)
);
CREATE TABLE role (
	name VARCHAR NOT NULL, 
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT uq_role_name UNIQUE (name)
);
CREATE TABLE search (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	record_type VARCHAR NOT NULL, 
	record_id INTEGER NOT NULL, 
	owner_id INTEGER, 
	team_id INTEGER, 
	title VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	CONSTRAINT uq_search_record_type_record_id UNIQUE (record_type, record_id)
);
CREATE TABLE tag (
	name VARCHAR NOT NULL, 
	hue VARCHAR NOT NULL, 
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT uq_tag_name UNIQUE (name)
);
CREATE TABLE team (
	name VARCHAR NOT NULL, 
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT uq_team_name UNIQUE (name)
);
CREATE TABLE throttle (
	"key" VARCHAR NOT NULL, 
	count INTEGER NOT NULL, 
	until DATETIME NOT NULL, 
	CONSTRAINT pk_throttle PRIMARY KEY ("key")
);
CREATE TABLE grant (
	role_id INTEGER NOT NULL, 
	record_type VARCHAR NOT NULL, 
	action VARCHAR NOT NULL, 
	scope VARCHAR NOT NULL, 
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_grant_role_id FOREIGN KEY(role_id) REFERENCES role (id), 
	CONSTRAINT uq_grant_role_id_record_type_action UNIQUE (role_id, record_type, action)
);
CREATE TABLE tagging (
	tag_id INTEGER NOT NULL, 
	record_type VARCHAR NOT NULL, 
	record_id INTEGER NOT NULL, 
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_tagging_tag_id FOREIGN KEY(tag_id) REFERENCES tag (id), 
	CONSTRAINT uq_tagging_record_type_record_id_tag_id UNIQUE (record_type, record_id, tag_id)
);
CREATE TABLE user (
	name VARCHAR NOT NULL, 
	email VARCHAR NOT NULL, 
	password VARCHAR NOT NULL, 
	role_id INTEGER NOT NULL, 
	team_id INTEGER, 
	locale VARCHAR NOT NULL, 
	time_zone VARCHAR NOT NULL, 
	theme VARCHAR NOT NULL, 
	shortcuts BOOLEAN NOT NULL, 
	active BOOLEAN NOT NULL, 
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_user_role_id FOREIGN KEY(role_id) REFERENCES role (id), 
	CONSTRAINT fk_user_team_id FOREIGN KEY(team_id) REFERENCES team (id), 
	CONSTRAINT uq_user_email UNIQUE (email)
);
CREATE TABLE attachment (
	file_id INTEGER NOT NULL, 
	record_type VARCHAR NOT NULL, 
	record_id INTEGER NOT NULL, 
	author_id INTEGER, 
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_attachment_author_id FOREIGN KEY(author_id) REFERENCES user (id), 
	CONSTRAINT fk_attachment_file_id FOREIGN KEY(file_id) REFERENCES file (id)
);
CREATE TABLE company (
	name VARCHAR NOT NULL, 
	parent_id INTEGER, 
	vat_id VARCHAR NOT NULL, 
	industry VARCHAR NOT NULL, 
	language VARCHAR, 
	country VARCHAR, 
	city VARCHAR NOT NULL, 
	instructions VARCHAR NOT NULL, 
	lifecycle VARCHAR, 
	customer_since DATE, 
	customer_until DATE, 
	main_email VARCHAR, 
	main_phone VARCHAR, 
	last_activity_at DATETIME, 
	team_id INTEGER, 
	created_at DATETIME NOT NULL, 
	created_by_id INTEGER, 
	updated_at DATETIME NOT NULL, 
	deleted_at DATETIME, 
	sort_name VARCHAR NOT NULL, 
	row_version INTEGER NOT NULL, 
	owner_id INTEGER, 
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_company_owner_id FOREIGN KEY(owner_id) REFERENCES user (id), 
	CONSTRAINT fk_company_parent_id FOREIGN KEY(parent_id) REFERENCES company (id), 
	CONSTRAINT fk_company_team_id FOREIGN KEY(team_id) REFERENCES team (id)
);
CREATE TABLE member (
	record_type VARCHAR NOT NULL, 
	record_id INTEGER NOT NULL, 
	user_id INTEGER NOT NULL, 
	role VARCHAR NOT NULL, 
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_member_user_id FOREIGN KEY(user_id) REFERENCES user (id), 
	CONSTRAINT uq_member_record_type_record_id_user_id UNIQUE (record_type, record_id, user_id)
);
CREATE TABLE message (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	message_id VARCHAR NOT NULL, 
	from_user_id INTEGER, 
	sender VARCHAR NOT NULL, 
	from_name VARCHAR NOT NULL, 
	from_address VARCHAR, 
	"to" VARCHAR NOT NULL, 
	to_name VARCHAR NOT NULL, 
	reply_to VARCHAR, 
	language VARCHAR NOT NULL, 
	subject VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	html VARCHAR, 
	purpose VARCHAR NOT NULL, 
	about_type VARCHAR, 
	about_id INTEGER, 
	state VARCHAR NOT NULL, 
	attempts INTEGER NOT NULL, 
	due_at DATETIME NOT NULL, 
	lease_until DATETIME, 
	reply VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	wanted_at DATETIME NOT NULL, 
	sent_at DATETIME, 
	CONSTRAINT fk_message_from_user_id FOREIGN KEY(from_user_id) REFERENCES user (id), 
	CONSTRAINT uq_message_message_id UNIQUE (message_id)
);
CREATE TABLE message_file (
	message_id INTEGER NOT NULL, 
	file_id INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	CONSTRAINT pk_message_file PRIMARY KEY (message_id, file_id), 
	CONSTRAINT fk_message_file_file_id FOREIGN KEY(file_id) REFERENCES file (id), 
	CONSTRAINT fk_message_file_message_id FOREIGN KEY(message_id) REFERENCES message (id)
);
CREATE TABLE note (
	record_type VARCHAR NOT NULL, 
	record_id INTEGER NOT NULL, 
	author_id INTEGER, 
	text VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	edited_at DATETIME, 
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_note_author_id FOREIGN KEY(author_id) REFERENCES user (id)
);
CREATE TABLE preference (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	user_id INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	value JSON NOT NULL, 
	CONSTRAINT fk_preference_user_id FOREIGN KEY(user_id) REFERENCES user (id), 
	CONSTRAINT uq_preference_user_id_name UNIQUE (user_id, name)
);
CREATE TABLE user_session (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	user_id INTEGER NOT NULL, 
	secret_hash VARCHAR NOT NULL, 
	user_agent VARCHAR NOT NULL, 
	address VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	seen_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	CONSTRAINT fk_user_session_user_id FOREIGN KEY(user_id) REFERENCES user (id), 
	CONSTRAINT uq_user_session_secret_hash UNIQUE (secret_hash)
);
CREATE TABLE web_form (
	public_id VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	heading VARCHAR NOT NULL, 
	intro VARCHAR NOT NULL, 
	button VARCHAR NOT NULL, 
	thanks VARCHAR NOT NULL, 
	language VARCHAR NOT NULL, 
	theme VARCHAR NOT NULL, 
	fields JSON NOT NULL, 
	source VARCHAR NOT NULL, 
	owner_id INTEGER, 
	team_id INTEGER, 
	notify JSON NOT NULL, 
	sites JSON NOT NULL, 
	active BOOLEAN NOT NULL, 
	limit_per_hour INTEGER NOT NULL, 
	limit_per_visitor INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	row_version INTEGER NOT NULL, 
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_web_form_owner_id FOREIGN KEY(owner_id) REFERENCES user (id), 
	CONSTRAINT fk_web_form_team_id FOREIGN KEY(team_id) REFERENCES team (id), 
	CONSTRAINT uq_web_form_public_id UNIQUE (public_id)
);
CREATE TABLE contact (
	given VARCHAR NOT NULL, 
	family VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	salutation VARCHAR NOT NULL, 
	language VARCHAR, 
	country VARCHAR, 
	city VARCHAR NOT NULL, 
	birthday DATE, 
	instructions VARCHAR NOT NULL, 
	lifecycle VARCHAR, 
	customer_since DATE, 
	customer_until DATE, 
	main_email VARCHAR, 
	main_phone VARCHAR, 
	main_company_id INTEGER, 
	last_activity_at DATETIME, 
	team_id INTEGER, 
	created_at DATETIME NOT NULL, 
	created_by_id INTEGER, 
	updated_at DATETIME NOT NULL, 
	deleted_at DATETIME, 
	sort_name VARCHAR NOT NULL, 
	row_version INTEGER NOT NULL, 
	owner_id INTEGER, 
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_contact_main_company_id FOREIGN KEY(main_company_id) REFERENCES company (id), 
	CONSTRAINT fk_contact_owner_id FOREIGN KEY(owner_id) REFERENCES user (id), 
	CONSTRAINT fk_contact_team_id FOREIGN KEY(team_id) REFERENCES team (id)
);
CREATE TABLE address (
	label VARCHAR NOT NULL, 
	lines VARCHAR NOT NULL, 
	postcode VARCHAR NOT NULL, 
	city VARCHAR NOT NULL, 
	region VARCHAR NOT NULL, 
	country VARCHAR NOT NULL, 
	main BOOLEAN NOT NULL, 
	contact_id INTEGER, 
	company_id INTEGER, 
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT ck_address_one_holder CHECK ((contact_id IS NULL) <> (company_id IS NULL)), 
	CONSTRAINT fk_address_company_id FOREIGN KEY(company_id) REFERENCES company (id), 
	CONSTRAINT fk_address_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id)
);
CREATE TABLE affiliation (
	contact_id INTEGER NOT NULL, 
	company_id INTEGER NOT NULL, 
	title VARCHAR NOT NULL, 
	buying_role VARCHAR NOT NULL, 
	since DATE, 
	until DATE, 
	main BOOLEAN NOT NULL, 
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_affiliation_company_id FOREIGN KEY(company_id) REFERENCES company (id), 
	CONSTRAINT fk_affiliation_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id)
);
CREATE TABLE lead (
	contact_id INTEGER NOT NULL, 
	company_id INTEGER, 
	submission_id INTEGER, 
	source VARCHAR NOT NULL, 
	need VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	score INTEGER NOT NULL, 
	first_answer_at DATETIME, 
	team_id INTEGER, 
	created_at DATETIME NOT NULL, 
	created_by_id INTEGER, 
	updated_at DATETIME NOT NULL, 
	deleted_at DATETIME, 
	sort_name VARCHAR NOT NULL, 
	row_version INTEGER NOT NULL, 
	owner_id INTEGER, 
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_lead_company_id FOREIGN KEY(company_id) REFERENCES company (id), 
	CONSTRAINT fk_lead_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id), 
	CONSTRAINT fk_lead_owner_id FOREIGN KEY(owner_id) REFERENCES user (id), 
	CONSTRAINT fk_lead_submission_id FOREIGN KEY(submission_id) REFERENCES submission (id), 
	CONSTRAINT fk_lead_team_id FOREIGN KEY(team_id) REFERENCES team (id), 
	CONSTRAINT uq_lead_submission_id UNIQUE (submission_id)
);
CREATE TABLE point (
	kind VARCHAR NOT NULL, 
	value VARCHAR NOT NULL, 
	normal VARCHAR NOT NULL, 
	label VARCHAR NOT NULL, 
	main BOOLEAN NOT NULL, 
	contact_id INTEGER, 
	company_id INTEGER, 
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT ck_point_one_holder CHECK ((contact_id IS NULL) <> (company_id IS NULL)), 
	CONSTRAINT fk_point_company_id FOREIGN KEY(company_id) REFERENCES company (id), 
	CONSTRAINT fk_point_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id)
);
CREATE TABLE submission (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	web_form_id INTEGER NOT NULL, 
	client_key VARCHAR NOT NULL, 
	answers JSON NOT NULL, 
	state VARCHAR NOT NULL, 
	reason VARCHAR, 
	address VARCHAR NOT NULL, 
	user_agent VARCHAR NOT NULL, 
	page VARCHAR NOT NULL, 
	received_at DATETIME NOT NULL, 
	processed_at DATETIME, 
	contact_id INTEGER, 
	lead_id INTEGER, 
	CONSTRAINT fk_submission_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id), 
	CONSTRAINT fk_submission_lead_id FOREIGN KEY(lead_id) REFERENCES lead (id), 
	CONSTRAINT fk_submission_web_form_id FOREIGN KEY(web_form_id) REFERENCES web_form (id), 
	CONSTRAINT uq_submission_client_key UNIQUE (client_key)
);
CREATE VIRTUAL TABLE search_fts USING fts5(text, scope, content='', contentless_delete=1, tokenize='trigram');
CREATE TABLE tax_class (
	name VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	note VARCHAR NOT NULL, 
	active BOOLEAN NOT NULL, 
	updated_at DATETIME NOT NULL, 
	row_version INTEGER NOT NULL, 
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT
);
CREATE TABLE tax_rate (
	tax_class_id INTEGER NOT NULL, 
	rate_bp INTEGER NOT NULL, 
	valid_from DATE NOT NULL, 
	valid_to DATE, 
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_tax_rate_tax_class_id FOREIGN KEY(tax_class_id) REFERENCES tax_class (id)
);
CREATE TABLE exchange_rate (
	currency VARCHAR NOT NULL, 
	base VARCHAR NOT NULL, 
	per INTEGER NOT NULL, 
	rate_micro BIGINT NOT NULL, 
	valid_from DATE NOT NULL, 
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT uq_exchange_rate_currency_base_valid_from UNIQUE (currency, base, valid_from)
);
CREATE TABLE product (
	name VARCHAR NOT NULL, 
	code VARCHAR NOT NULL, 
	description VARCHAR NOT NULL, 
	unit VARCHAR NOT NULL, 
	instructions VARCHAR NOT NULL, 
	tax_class_id INTEGER, 
	active BOOLEAN NOT NULL, 
	team_id INTEGER, 
	created_at DATETIME NOT NULL, 
	created_by_id INTEGER, 
	updated_at DATETIME NOT NULL, 
	deleted_at DATETIME, 
	sort_name VARCHAR NOT NULL, 
	row_version INTEGER NOT NULL, 
	owner_id INTEGER, 
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_product_owner_id FOREIGN KEY(owner_id) REFERENCES user (id), 
	CONSTRAINT fk_product_tax_class_id FOREIGN KEY(tax_class_id) REFERENCES tax_class (id), 
	CONSTRAINT fk_product_team_id FOREIGN KEY(team_id) REFERENCES team (id)
);
CREATE TABLE price (
	product_id INTEGER NOT NULL, 
	currency VARCHAR NOT NULL, 
	unit_micro BIGINT NOT NULL, 
	includes_tax BOOLEAN NOT NULL, 
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_price_product_id FOREIGN KEY(product_id) REFERENCES product (id), 
	CONSTRAINT uq_price_product_id_currency UNIQUE (product_id, currency)
);
CREATE TABLE pipeline (
	name VARCHAR NOT NULL, 
	position INTEGER NOT NULL, 
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT
);
CREATE TABLE stage (
	pipeline_id INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	position INTEGER NOT NULL, 
	probability_bp INTEGER NOT NULL, 
	kind VARCHAR NOT NULL, 
	stale_days INTEGER, 
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_stage_pipeline_id FOREIGN KEY(pipeline_id) REFERENCES pipeline (id)
);
CREATE TABLE deal (
	name VARCHAR NOT NULL, 
	contact_id INTEGER NOT NULL, 
	company_id INTEGER, 
	pipeline_id INTEGER NOT NULL, 
	stage_id INTEGER NOT NULL, 
	rank VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	amount_minor BIGINT NOT NULL, 
	recurring_minor BIGINT, 
	currency VARCHAR NOT NULL, 
	close_on DATE, 
	stage_since DATETIME NOT NULL, 
	last_activity_at DATETIME NOT NULL, 
	closed_at DATETIME, 
	reason VARCHAR NOT NULL, 
	team_id INTEGER, 
	created_at DATETIME NOT NULL, 
	created_by_id INTEGER, 
	updated_at DATETIME NOT NULL, 
	deleted_at DATETIME, 
	sort_name VARCHAR NOT NULL, 
	row_version INTEGER NOT NULL, 
	owner_id INTEGER, 
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_deal_company_id FOREIGN KEY(company_id) REFERENCES company (id), 
	CONSTRAINT fk_deal_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id), 
	CONSTRAINT fk_deal_owner_id FOREIGN KEY(owner_id) REFERENCES user (id), 
	CONSTRAINT fk_deal_pipeline_id FOREIGN KEY(pipeline_id) REFERENCES pipeline (id), 
	CONSTRAINT fk_deal_stage_id FOREIGN KEY(stage_id) REFERENCES stage (id), 
	CONSTRAINT fk_deal_team_id FOREIGN KEY(team_id) REFERENCES team (id)
);
CREATE TABLE number_range (
	kind VARCHAR NOT NULL, 
	pattern VARCHAR NOT NULL, 
	digits INTEGER NOT NULL, 
	next_number INTEGER NOT NULL, 
	year INTEGER NOT NULL, 
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT uq_number_range_kind UNIQUE (kind)
);
CREATE TABLE quote (
	number VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	contact_id INTEGER NOT NULL, 
	company_id INTEGER, 
	deal_id INTEGER, 
	state VARCHAR NOT NULL, 
	currency VARCHAR NOT NULL, 
	gross_minor BIGINT NOT NULL, 
	valid_until DATE, 
	team_id INTEGER, 
	created_at DATETIME NOT NULL, 
	created_by_id INTEGER, 
	updated_at DATETIME NOT NULL, 
	deleted_at DATETIME, 
	sort_name VARCHAR NOT NULL, 
	row_version INTEGER NOT NULL, 
	owner_id INTEGER, 
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_quote_company_id FOREIGN KEY(company_id) REFERENCES company (id), 
	CONSTRAINT fk_quote_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id), 
	CONSTRAINT fk_quote_deal_id FOREIGN KEY(deal_id) REFERENCES deal (id), 
	CONSTRAINT fk_quote_owner_id FOREIGN KEY(owner_id) REFERENCES user (id), 
	CONSTRAINT fk_quote_team_id FOREIGN KEY(team_id) REFERENCES team (id), 
	CONSTRAINT uq_quote_number UNIQUE (number)
);
CREATE TABLE quote_version (
	quote_id INTEGER NOT NULL, 
	n INTEGER NOT NULL, 
	state VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	currency VARCHAR NOT NULL, 
	includes_tax BOOLEAN NOT NULL, 
	language VARCHAR NOT NULL, 
	time_zone VARCHAR NOT NULL, 
	valid_until DATE, 
	intro VARCHAR NOT NULL, 
	terms VARCHAR NOT NULL, 
	net_minor BIGINT NOT NULL, 
	tax_minor BIGINT NOT NULL, 
	gross_minor BIGINT NOT NULL, 
	parties JSON NOT NULL, 
	frozen_at DATETIME, 
	file_id INTEGER, 
	sha256 VARCHAR NOT NULL, 
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_quote_version_file_id FOREIGN KEY(file_id) REFERENCES file (id), 
	CONSTRAINT fk_quote_version_quote_id FOREIGN KEY(quote_id) REFERENCES quote (id), 
	CONSTRAINT uq_quote_version_quote_id_n UNIQUE (quote_id, n)
);
CREATE TABLE quote_line (
	version_id INTEGER NOT NULL, 
	product_id INTEGER, 
	tax_class_id INTEGER, 
	optional BOOLEAN NOT NULL, 
	chosen BOOLEAN NOT NULL, 
	position INTEGER NOT NULL, 
	kind VARCHAR NOT NULL, 
	code VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	unit VARCHAR NOT NULL, 
	qty_micro BIGINT NOT NULL, 
	unit_micro BIGINT NOT NULL, 
	discount_bp INTEGER NOT NULL, 
	tax_name VARCHAR NOT NULL, 
	tax_kind VARCHAR NOT NULL, 
	tax_note VARCHAR NOT NULL, 
	tax_rate_bp INTEGER NOT NULL, 
	amount_minor BIGINT NOT NULL, 
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_quote_line_product_id FOREIGN KEY(product_id) REFERENCES product (id), 
	CONSTRAINT fk_quote_line_tax_class_id FOREIGN KEY(tax_class_id) REFERENCES tax_class (id), 
	CONSTRAINT fk_quote_line_version_id FOREIGN KEY(version_id) REFERENCES quote_version (id)
);
CREATE TABLE quote_decision (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	version_id INTEGER NOT NULL, 
	verdict VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	chosen JSON NOT NULL, 
	gross_minor BIGINT NOT NULL, 
	sha256 VARCHAR NOT NULL, 
	address VARCHAR NOT NULL, 
	user_agent VARCHAR NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT fk_quote_decision_version_id FOREIGN KEY(version_id) REFERENCES quote_version (id), 
	CONSTRAINT uq_quote_decision_version_id UNIQUE (version_id)
);
CREATE TABLE "order" (
	number VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	contact_id INTEGER NOT NULL, 
	company_id INTEGER, 
	deal_id INTEGER, 
	quote_id INTEGER, 
	quote_version_id INTEGER, 
	ordered_on DATE NOT NULL, 
	currency VARCHAR NOT NULL, 
	includes_tax BOOLEAN NOT NULL, 
	net_minor BIGINT NOT NULL, 
	tax_minor BIGINT NOT NULL, 
	gross_minor BIGINT NOT NULL, 
	team_id INTEGER, 
	created_at DATETIME NOT NULL, 
	created_by_id INTEGER, 
	updated_at DATETIME NOT NULL, 
	deleted_at DATETIME, 
	sort_name VARCHAR NOT NULL, 
	row_version INTEGER NOT NULL, 
	owner_id INTEGER, 
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_order_company_id FOREIGN KEY(company_id) REFERENCES company (id), 
	CONSTRAINT fk_order_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id), 
	CONSTRAINT fk_order_deal_id FOREIGN KEY(deal_id) REFERENCES deal (id), 
	CONSTRAINT fk_order_owner_id FOREIGN KEY(owner_id) REFERENCES user (id), 
	CONSTRAINT fk_order_quote_id FOREIGN KEY(quote_id) REFERENCES quote (id), 
	CONSTRAINT fk_order_quote_version_id FOREIGN KEY(quote_version_id) REFERENCES quote_version (id), 
	CONSTRAINT fk_order_team_id FOREIGN KEY(team_id) REFERENCES team (id), 
	CONSTRAINT uq_order_number UNIQUE (number), 
	CONSTRAINT uq_order_quote_version_id UNIQUE (quote_version_id)
);
CREATE TABLE order_line (
	order_id INTEGER NOT NULL, 
	product_id INTEGER, 
	position INTEGER NOT NULL, 
	kind VARCHAR NOT NULL, 
	code VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	unit VARCHAR NOT NULL, 
	qty_micro BIGINT NOT NULL, 
	unit_micro BIGINT NOT NULL, 
	discount_bp INTEGER NOT NULL, 
	tax_name VARCHAR NOT NULL, 
	tax_kind VARCHAR NOT NULL, 
	tax_note VARCHAR NOT NULL, 
	tax_rate_bp INTEGER NOT NULL, 
	amount_minor BIGINT NOT NULL, 
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_order_line_order_id FOREIGN KEY(order_id) REFERENCES "order" (id), 
	CONSTRAINT fk_order_line_product_id FOREIGN KEY(product_id) REFERENCES product (id)
);
CREATE INDEX ix_change_operation_id ON change (operation_id);
CREATE INDEX ix_change_record_type_record_id_id ON change (record_type, record_id, id);
CREATE INDEX ix_change_tx_id ON change (tx, id);
CREATE INDEX ix_event_operation_id ON event (operation_id);
CREATE INDEX ix_job_open ON job (due_at, id) WHERE state IN ('queued', 'running');
CREATE INDEX ix_operation_actor_id ON operation (actor_id);
CREATE INDEX ix_organisation_logo_id ON organisation (logo_id);
CREATE INDEX ix_hit_link_id_at ON hit (link_id, at);
CREATE INDEX ix_tagging_tag_id_record_type_record_id ON tagging (tag_id, record_type, record_id);
CREATE INDEX ix_attachment_file_id ON attachment (file_id);
CREATE INDEX ix_attachment_record_type_record_id ON attachment (record_type, record_id);
CREATE INDEX ix_company_deleted_at ON company (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX ix_company_owner_id_sort_name ON company (owner_id, sort_name);
CREATE INDEX ix_company_parent_id ON company (parent_id);
CREATE INDEX ix_company_last_activity_at ON company (last_activity_at, id, owner_id, team_id);
CREATE INDEX ix_company_sort_name ON company (sort_name, id, owner_id, team_id);
CREATE INDEX ix_company_team_id_sort_name ON company (team_id, sort_name);
CREATE INDEX ix_member_user_id_record_type_record_id ON member (user_id, record_type, record_id);
CREATE INDEX ix_message_about_type_about_id ON message (about_type, about_id);
CREATE INDEX ix_message_from_user_id ON message (from_user_id);
CREATE INDEX ix_message_open ON message (due_at, id) WHERE state IN ('queued', 'deferred', 'sending');
CREATE INDEX ix_message_state_id ON message (state, id);
CREATE INDEX ix_message_to ON message ("to");
CREATE INDEX ix_message_file_file_id ON message_file (file_id);
CREATE INDEX ix_note_record_type_record_id ON note (record_type, record_id);
CREATE INDEX ix_user_session_user_id ON user_session (user_id);
CREATE INDEX ix_contact_deleted_at ON contact (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX ix_contact_main_company_id ON contact (main_company_id);
CREATE INDEX ix_contact_owner_id_sort_name ON contact (owner_id, sort_name);
CREATE INDEX ix_contact_last_activity_at ON contact (last_activity_at, id, owner_id, team_id);
CREATE INDEX ix_contact_sort_name ON contact (sort_name, id, owner_id, team_id);
CREATE INDEX ix_contact_team_id_sort_name ON contact (team_id, sort_name);
CREATE INDEX ix_address_company_id ON address (company_id);
CREATE INDEX ix_address_contact_id ON address (contact_id);
CREATE INDEX ix_affiliation_company_id ON affiliation (company_id);
CREATE INDEX ix_affiliation_contact_id ON affiliation (contact_id);
CREATE INDEX ix_lead_deleted_at ON lead (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX ix_lead_company_id ON lead (company_id);
CREATE INDEX ix_lead_contact_id ON lead (contact_id);
CREATE INDEX ix_lead_owner_id_sort_name ON lead (owner_id, sort_name);
CREATE INDEX ix_lead_team_id_sort_name ON lead (team_id, sort_name);
CREATE INDEX ix_lead_created_at_id_owner_id_team_id ON lead (created_at, id, owner_id, team_id);
CREATE INDEX ix_lead_sort_name_id_owner_id_team_id ON lead (sort_name, id, owner_id, team_id);
CREATE INDEX ix_lead_source_id_owner_id_team_id ON lead (source, id, owner_id, team_id);
CREATE INDEX ix_lead_state_id_owner_id_team_id ON lead (state, id, owner_id, team_id);
CREATE INDEX ix_point_company_id ON point (company_id);
CREATE INDEX ix_point_contact_id ON point (contact_id);
CREATE INDEX ix_point_kind_normal ON point (kind, normal);
CREATE INDEX ix_submission_address_web_form_id_received_at_reason ON submission (address, web_form_id, received_at, reason);
CREATE INDEX ix_submission_state_id ON submission (state, id);
CREATE INDEX ix_submission_web_form_id_received_at_reason ON submission (web_form_id, received_at, reason);
CREATE INDEX ix_tax_rate_tax_class_id ON tax_rate (tax_class_id);
CREATE INDEX ix_product_deleted_at ON product (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE UNIQUE INDEX uq_product_code ON product (code) WHERE deleted_at IS NULL AND code <> '';
CREATE INDEX ix_product_owner_id_sort_name ON product (owner_id, sort_name);
CREATE INDEX ix_product_tax_class_id ON product (tax_class_id);
CREATE INDEX ix_product_team_id_sort_name ON product (team_id, sort_name);
CREATE INDEX ix_product_code_id_owner_id_team_id ON product (code, id, owner_id, team_id);
CREATE INDEX ix_product_sort_name_id_owner_id_team_id ON product (sort_name, id, owner_id, team_id);
CREATE INDEX ix_stage_pipeline_id ON stage (pipeline_id);
CREATE INDEX ix_deal_amount_minor_id_owner_id_team_id ON deal (amount_minor, id, owner_id, team_id);
CREATE INDEX ix_deal_close_on_id_owner_id_team_id ON deal (close_on, id, owner_id, team_id);
CREATE INDEX ix_deal_created_at_id_owner_id_team_id ON deal (created_at, id, owner_id, team_id);
CREATE INDEX ix_deal_sort_name_id_owner_id_team_id ON deal (sort_name, id, owner_id, team_id);
CREATE INDEX ix_deal_stage_id_id_owner_id_team_id ON deal (stage_id, id, owner_id, team_id);
CREATE INDEX ix_deal_owner_id_sort_name ON deal (owner_id, sort_name);
CREATE INDEX ix_deal_team_id_sort_name ON deal (team_id, sort_name);
CREATE INDEX ix_deal_contact_id ON deal (contact_id);
CREATE INDEX ix_deal_company_id ON deal (company_id);
CREATE INDEX ix_deal_deleted_at ON deal (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX ix_deal_cards ON deal (stage_id, rank, id, owner_id, team_id) WHERE closed_at IS NULL AND deleted_at IS NULL;
CREATE INDEX ix_deal_sums ON deal (stage_id, currency, amount_minor, owner_id, team_id, id) WHERE closed_at IS NULL AND deleted_at IS NULL;
CREATE INDEX ix_deal_closed ON deal (stage_id, closed_at, id, currency, amount_minor, owner_id, team_id) WHERE closed_at IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX ix_quote_company_id ON quote (company_id);
CREATE INDEX ix_quote_contact_id ON quote (contact_id);
CREATE INDEX ix_quote_created_at_id_owner_id_team_id ON quote (created_at, id, owner_id, team_id);
CREATE INDEX ix_quote_deal_id ON quote (deal_id);
CREATE INDEX ix_quote_deleted_at ON quote (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX ix_quote_gross_minor_id_owner_id_team_id ON quote (gross_minor, id, owner_id, team_id);
CREATE INDEX ix_quote_number_id_owner_id_team_id ON quote (number, id, owner_id, team_id);
CREATE INDEX ix_quote_owner_id_sort_name ON quote (owner_id, sort_name);
CREATE INDEX ix_quote_sort_name_id_owner_id_team_id ON quote (sort_name, id, owner_id, team_id);
CREATE INDEX ix_quote_state_id_owner_id_team_id ON quote (state, id, owner_id, team_id);
CREATE INDEX ix_quote_team_id_sort_name ON quote (team_id, sort_name);
CREATE INDEX ix_quote_valid_until_id_owner_id_team_id ON quote (valid_until, id, owner_id, team_id);
CREATE INDEX ix_quote_line_product_id ON quote_line (product_id);
CREATE INDEX ix_quote_line_version_id_position ON quote_line (version_id, position);
CREATE INDEX ix_order_company_id_ordered_on ON "order" (company_id, ordered_on);
CREATE INDEX ix_order_contact_id_ordered_on ON "order" (contact_id, ordered_on);
CREATE INDEX ix_order_deal_id ON "order" (deal_id);
CREATE INDEX ix_order_deleted_at ON "order" (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX ix_order_gross_minor_id_owner_id_team_id ON "order" (gross_minor, id, owner_id, team_id);
CREATE INDEX ix_order_number_id_owner_id_team_id ON "order" (number, id, owner_id, team_id);
CREATE INDEX ix_order_ordered_on_id_owner_id_team_id ON "order" (ordered_on, id, owner_id, team_id);
CREATE INDEX ix_order_owner_id_sort_name ON "order" (owner_id, sort_name);
CREATE INDEX ix_order_quote_id ON "order" (quote_id);
CREATE INDEX ix_order_sort_name_id_owner_id_team_id ON "order" (sort_name, id, owner_id, team_id);
CREATE INDEX ix_order_team_id_sort_name ON "order" (team_id, sort_name);
CREATE INDEX ix_order_line_order_id_position ON order_line (order_id, position);
CREATE INDEX ix_order_line_product_id ON order_line (product_id);
