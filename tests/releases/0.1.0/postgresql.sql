CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
CREATE TABLE public.address (
    label character varying NOT NULL,
    lines character varying NOT NULL,
    postcode character varying NOT NULL,
    city character varying NOT NULL,
    region character varying NOT NULL,
    country character varying NOT NULL,
    main boolean NOT NULL,
    contact_id integer,
    company_id integer,
    id integer NOT NULL,
    CONSTRAINT ck_address_one_holder CHECK (((contact_id IS NULL) <> (company_id IS NULL)))
);
CREATE SEQUENCE public.address_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.address_id_seq OWNED BY public.address.id;
CREATE TABLE public.affiliation (
    contact_id integer NOT NULL,
    company_id integer NOT NULL,
    title character varying NOT NULL,
    buying_role character varying NOT NULL,
    since date,
    until date,
    main boolean NOT NULL,
    id integer NOT NULL
);
CREATE SEQUENCE public.affiliation_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.affiliation_id_seq OWNED BY public.affiliation.id;
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.attachment (
    file_id integer NOT NULL,
    record_type character varying NOT NULL,
    record_id integer NOT NULL,
    author_id integer,
    id integer NOT NULL
);
CREATE SEQUENCE public.attachment_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.attachment_id_seq OWNED BY public.attachment.id;
CREATE TABLE public.change (
    id integer NOT NULL,
    tx bigint NOT NULL,
    operation_id integer NOT NULL,
    record_type character varying NOT NULL,
    record_id integer NOT NULL,
    action character varying NOT NULL,
    old json,
    new json
);
CREATE SEQUENCE public.change_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.change_id_seq OWNED BY public.change.id;
CREATE TABLE public.company (
    name character varying NOT NULL,
    parent_id integer,
    vat_id character varying NOT NULL,
    industry character varying NOT NULL,
    language character varying,
    country character varying,
    city character varying NOT NULL,
    instructions character varying NOT NULL,
    lifecycle character varying,
    customer_since date,
    customer_until date,
    main_email character varying,
    main_phone character varying,
    last_activity_at timestamp with time zone,
    team_id integer,
    created_at timestamp with time zone NOT NULL,
    created_by_id integer,
    updated_at timestamp with time zone NOT NULL,
    deleted_at timestamp with time zone,
    sort_name character varying NOT NULL,
    row_version integer NOT NULL,
    owner_id integer,
    id integer NOT NULL
);
CREATE SEQUENCE public.company_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.company_id_seq OWNED BY public.company.id;
CREATE TABLE public.contact (
    given character varying NOT NULL,
    family character varying NOT NULL,
    name character varying NOT NULL,
    salutation character varying NOT NULL,
    language character varying,
    country character varying,
    city character varying NOT NULL,
    birthday date,
    instructions character varying NOT NULL,
    lifecycle character varying,
    customer_since date,
    customer_until date,
    main_email character varying,
    main_phone character varying,
    main_company_id integer,
    last_activity_at timestamp with time zone,
    team_id integer,
    created_at timestamp with time zone NOT NULL,
    created_by_id integer,
    updated_at timestamp with time zone NOT NULL,
    deleted_at timestamp with time zone,
    sort_name character varying NOT NULL,
    row_version integer NOT NULL,
    owner_id integer,
    id integer NOT NULL
);
CREATE SEQUENCE public.contact_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.contact_id_seq OWNED BY public.contact.id;
CREATE TABLE public.deal (
    name character varying NOT NULL,
    contact_id integer NOT NULL,
    company_id integer,
    pipeline_id integer NOT NULL,
    stage_id integer NOT NULL,
    rank character varying NOT NULL,
    kind character varying NOT NULL,
    amount_minor bigint NOT NULL,
    recurring_minor bigint,
    currency character varying NOT NULL,
    close_on date,
    stage_since timestamp with time zone NOT NULL,
    last_activity_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone,
    reason character varying NOT NULL,
    team_id integer,
    created_at timestamp with time zone NOT NULL,
    created_by_id integer,
    updated_at timestamp with time zone NOT NULL,
    deleted_at timestamp with time zone,
    sort_name character varying NOT NULL,
    row_version integer NOT NULL,
    owner_id integer,
    id integer NOT NULL
);
CREATE SEQUENCE public.deal_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.deal_id_seq OWNED BY public.deal.id;
CREATE TABLE public.event (
    id integer NOT NULL,
    tx bigint NOT NULL,
    operation_id integer NOT NULL,
    name character varying NOT NULL,
    subject_type character varying NOT NULL,
    subject_id integer NOT NULL,
    at timestamp with time zone NOT NULL,
    data json NOT NULL
);
CREATE SEQUENCE public.event_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.event_id_seq OWNED BY public.event.id;
CREATE TABLE public.event_link (
    record_type character varying NOT NULL,
    record_id integer NOT NULL,
    event_id integer NOT NULL
);
CREATE TABLE public.exchange_rate (
    currency character varying NOT NULL,
    base character varying NOT NULL,
    per integer NOT NULL,
    rate_micro bigint NOT NULL,
    valid_from date NOT NULL,
    id integer NOT NULL
);
CREATE SEQUENCE public.exchange_rate_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.exchange_rate_id_seq OWNED BY public.exchange_rate.id;
CREATE TABLE public.file (
    path character varying NOT NULL,
    sha256 character varying NOT NULL,
    size integer NOT NULL,
    mime character varying NOT NULL,
    name character varying NOT NULL,
    created_at timestamp with time zone NOT NULL,
    detached_at timestamp with time zone,
    id integer NOT NULL
);
CREATE SEQUENCE public.file_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.file_id_seq OWNED BY public.file.id;
CREATE TABLE public."grant" (
    role_id integer NOT NULL,
    record_type character varying NOT NULL,
    action character varying NOT NULL,
    scope character varying NOT NULL,
    id integer NOT NULL
);
CREATE SEQUENCE public.grant_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.grant_id_seq OWNED BY public."grant".id;
CREATE TABLE public.heartbeat (
    name character varying NOT NULL,
    seen_at timestamp with time zone NOT NULL
);
CREATE TABLE public.hit (
    id integer NOT NULL,
    link_id integer NOT NULL,
    at timestamp with time zone NOT NULL,
    kind character varying NOT NULL,
    agent character varying NOT NULL,
    user_agent character varying NOT NULL
);
CREATE SEQUENCE public.hit_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.hit_id_seq OWNED BY public.hit.id;
CREATE TABLE public.job (
    id integer NOT NULL,
    name character varying NOT NULL,
    args json NOT NULL,
    key character varying,
    state character varying NOT NULL,
    due_at timestamp with time zone NOT NULL,
    lease_until timestamp with time zone,
    attempts integer NOT NULL,
    error character varying,
    created_at timestamp with time zone NOT NULL
);
CREATE SEQUENCE public.job_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.job_id_seq OWNED BY public.job.id;
CREATE TABLE public.lead (
    contact_id integer NOT NULL,
    company_id integer,
    submission_id integer,
    source character varying NOT NULL,
    need character varying NOT NULL,
    name character varying NOT NULL,
    state character varying NOT NULL,
    reason character varying NOT NULL,
    score integer NOT NULL,
    first_answer_at timestamp with time zone,
    team_id integer,
    created_at timestamp with time zone NOT NULL,
    created_by_id integer,
    updated_at timestamp with time zone NOT NULL,
    deleted_at timestamp with time zone,
    sort_name character varying NOT NULL,
    row_version integer NOT NULL,
    owner_id integer,
    id integer NOT NULL
);
CREATE SEQUENCE public.lead_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.lead_id_seq OWNED BY public.lead.id;
CREATE TABLE public.link (
    purpose character varying NOT NULL,
    record_type character varying NOT NULL,
    record_id integer NOT NULL,
    version integer NOT NULL,
    nonce character varying NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_on date,
    revoked_at timestamp with time zone,
    id integer NOT NULL
);
CREATE SEQUENCE public.link_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.link_id_seq OWNED BY public.link.id;
CREATE TABLE public.mail_account (
    id integer NOT NULL,
    paused_until timestamp with time zone,
    reason character varying NOT NULL,
    failures integer NOT NULL
);
CREATE SEQUENCE public.mail_account_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.mail_account_id_seq OWNED BY public.mail_account.id;
CREATE TABLE public.member (
    record_type character varying NOT NULL,
    record_id integer NOT NULL,
    user_id integer NOT NULL,
    role character varying NOT NULL,
    id integer NOT NULL
);
CREATE SEQUENCE public.member_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.member_id_seq OWNED BY public.member.id;
CREATE TABLE public.message (
    id integer NOT NULL,
    message_id character varying NOT NULL,
    from_user_id integer,
    sender character varying NOT NULL,
    from_name character varying NOT NULL,
    from_address character varying,
    "to" character varying NOT NULL,
    to_name character varying NOT NULL,
    reply_to character varying,
    language character varying NOT NULL,
    subject character varying NOT NULL,
    text character varying NOT NULL,
    html character varying,
    purpose character varying NOT NULL,
    about_type character varying,
    about_id integer,
    state character varying NOT NULL,
    attempts integer NOT NULL,
    due_at timestamp with time zone NOT NULL,
    lease_until timestamp with time zone,
    reply character varying NOT NULL,
    created_at timestamp with time zone NOT NULL,
    wanted_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone
);
CREATE TABLE public.message_file (
    message_id integer NOT NULL,
    file_id integer NOT NULL,
    name character varying NOT NULL
);
CREATE SEQUENCE public.message_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.message_id_seq OWNED BY public.message.id;
CREATE TABLE public.note (
    record_type character varying NOT NULL,
    record_id integer NOT NULL,
    author_id integer,
    text character varying NOT NULL,
    created_at timestamp with time zone NOT NULL,
    edited_at timestamp with time zone,
    id integer NOT NULL
);
CREATE SEQUENCE public.note_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.note_id_seq OWNED BY public.note.id;
CREATE TABLE public.number_range (
    kind character varying NOT NULL,
    pattern character varying NOT NULL,
    digits integer NOT NULL,
    next_number integer NOT NULL,
    year integer NOT NULL,
    id integer NOT NULL
);
CREATE SEQUENCE public.number_range_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.number_range_id_seq OWNED BY public.number_range.id;
CREATE TABLE public.operation (
    id integer NOT NULL,
    kind character varying NOT NULL,
    actor_id integer,
    actor_kind character varying NOT NULL,
    request_id character varying,
    at timestamp with time zone NOT NULL,
    undone_by_id integer
);
CREATE SEQUENCE public.operation_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.operation_id_seq OWNED BY public.operation.id;
CREATE TABLE public."order" (
    number character varying NOT NULL,
    name character varying NOT NULL,
    contact_id integer NOT NULL,
    company_id integer,
    deal_id integer,
    quote_id integer,
    quote_version_id integer,
    ordered_on date NOT NULL,
    currency character varying NOT NULL,
    includes_tax boolean NOT NULL,
    net_minor bigint NOT NULL,
    tax_minor bigint NOT NULL,
    gross_minor bigint NOT NULL,
    team_id integer,
    created_at timestamp with time zone NOT NULL,
    created_by_id integer,
    updated_at timestamp with time zone NOT NULL,
    deleted_at timestamp with time zone,
    sort_name character varying NOT NULL,
    row_version integer NOT NULL,
    owner_id integer,
    id integer NOT NULL
);
CREATE SEQUENCE public.order_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.order_id_seq OWNED BY public."order".id;
CREATE TABLE public.order_line (
    order_id integer NOT NULL,
    product_id integer,
    "position" integer NOT NULL,
    kind character varying NOT NULL,
    code character varying NOT NULL,
    name character varying NOT NULL,
    text character varying NOT NULL,
    unit character varying NOT NULL,
    qty_micro bigint NOT NULL,
    unit_micro bigint NOT NULL,
    discount_bp integer NOT NULL,
    tax_name character varying NOT NULL,
    tax_kind character varying NOT NULL,
    tax_note character varying NOT NULL,
    tax_rate_bp integer NOT NULL,
    amount_minor bigint NOT NULL,
    id integer NOT NULL
);
CREATE SEQUENCE public.order_line_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.order_line_id_seq OWNED BY public.order_line.id;
CREATE TABLE public.organisation (
    name character varying NOT NULL,
    legal_name character varying NOT NULL,
    address character varying NOT NULL,
    vat_id character varying NOT NULL,
    website character varying NOT NULL,
    email character varying NOT NULL,
    phone character varying NOT NULL,
    currency character varying NOT NULL,
    country character varying NOT NULL,
    locale character varying NOT NULL,
    time_zone character varying NOT NULL,
    logo_id integer,
    id integer NOT NULL
);
CREATE SEQUENCE public.organisation_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.organisation_id_seq OWNED BY public.organisation.id;
CREATE TABLE public.pipeline (
    name character varying NOT NULL,
    "position" integer NOT NULL,
    id integer NOT NULL
);
CREATE SEQUENCE public.pipeline_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.pipeline_id_seq OWNED BY public.pipeline.id;
CREATE TABLE public.point (
    kind character varying NOT NULL,
    value character varying NOT NULL,
    normal character varying NOT NULL,
    label character varying NOT NULL,
    main boolean NOT NULL,
    contact_id integer,
    company_id integer,
    id integer NOT NULL,
    CONSTRAINT ck_point_one_holder CHECK (((contact_id IS NULL) <> (company_id IS NULL)))
);
CREATE SEQUENCE public.point_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.point_id_seq OWNED BY public.point.id;
CREATE TABLE public.preference (
    id integer NOT NULL,
    user_id integer NOT NULL,
    name character varying NOT NULL,
    value json NOT NULL
);
CREATE SEQUENCE public.preference_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.preference_id_seq OWNED BY public.preference.id;
CREATE TABLE public.price (
    product_id integer NOT NULL,
    currency character varying NOT NULL,
    unit_micro bigint NOT NULL,
    includes_tax boolean NOT NULL,
    id integer NOT NULL
);
CREATE SEQUENCE public.price_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.price_id_seq OWNED BY public.price.id;
CREATE TABLE public.product (
    name character varying NOT NULL,
    code character varying NOT NULL,
    description character varying NOT NULL,
    unit character varying NOT NULL,
    instructions character varying NOT NULL,
    tax_class_id integer,
    active boolean NOT NULL,
    team_id integer,
    created_at timestamp with time zone NOT NULL,
    created_by_id integer,
    updated_at timestamp with time zone NOT NULL,
    deleted_at timestamp with time zone,
    sort_name character varying NOT NULL,
    row_version integer NOT NULL,
    owner_id integer,
    id integer NOT NULL
);
CREATE SEQUENCE public.product_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.product_id_seq OWNED BY public.product.id;
CREATE TABLE public.quote (
    number character varying NOT NULL,
    name character varying NOT NULL,
    contact_id integer NOT NULL,
    company_id integer,
    deal_id integer,
    state character varying NOT NULL,
    currency character varying NOT NULL,
    gross_minor bigint NOT NULL,
    valid_until date,
    team_id integer,
    created_at timestamp with time zone NOT NULL,
    created_by_id integer,
    updated_at timestamp with time zone NOT NULL,
    deleted_at timestamp with time zone,
    sort_name character varying NOT NULL,
    row_version integer NOT NULL,
    owner_id integer,
    id integer NOT NULL
);
CREATE TABLE public.quote_decision (
    id integer NOT NULL,
    version_id integer NOT NULL,
    verdict character varying NOT NULL,
    name character varying NOT NULL,
    reason character varying NOT NULL,
    chosen json NOT NULL,
    gross_minor bigint NOT NULL,
    sha256 character varying NOT NULL,
    address character varying NOT NULL,
    user_agent character varying NOT NULL,
    at timestamp with time zone NOT NULL
);
CREATE SEQUENCE public.quote_decision_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.quote_decision_id_seq OWNED BY public.quote_decision.id;
CREATE SEQUENCE public.quote_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.quote_id_seq OWNED BY public.quote.id;
CREATE TABLE public.quote_line (
    version_id integer NOT NULL,
    product_id integer,
    tax_class_id integer,
    optional boolean NOT NULL,
    chosen boolean NOT NULL,
    "position" integer NOT NULL,
    kind character varying NOT NULL,
    code character varying NOT NULL,
    name character varying NOT NULL,
    text character varying NOT NULL,
    unit character varying NOT NULL,
    qty_micro bigint NOT NULL,
    unit_micro bigint NOT NULL,
    discount_bp integer NOT NULL,
    tax_name character varying NOT NULL,
    tax_kind character varying NOT NULL,
    tax_note character varying NOT NULL,
    tax_rate_bp integer NOT NULL,
    amount_minor bigint NOT NULL,
    id integer NOT NULL
);
CREATE SEQUENCE public.quote_line_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.quote_line_id_seq OWNED BY public.quote_line.id;
CREATE TABLE public.quote_version (
    quote_id integer NOT NULL,
    n integer NOT NULL,
    state character varying NOT NULL,
    name character varying NOT NULL,
    currency character varying NOT NULL,
    includes_tax boolean NOT NULL,
    language character varying NOT NULL,
    time_zone character varying NOT NULL,
    valid_until date,
    intro character varying NOT NULL,
    terms character varying NOT NULL,
    net_minor bigint NOT NULL,
    tax_minor bigint NOT NULL,
    gross_minor bigint NOT NULL,
    parties json NOT NULL,
    frozen_at timestamp with time zone,
    file_id integer,
    sha256 character varying NOT NULL,
    id integer NOT NULL
);
CREATE SEQUENCE public.quote_version_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.quote_version_id_seq OWNED BY public.quote_version.id;
CREATE TABLE public.role (
    name character varying NOT NULL,
    id integer NOT NULL
);
CREATE SEQUENCE public.role_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.role_id_seq OWNED BY public.role.id;
CREATE TABLE public.search (
    id integer NOT NULL,
    record_type character varying NOT NULL,
    record_id integer NOT NULL,
    owner_id integer,
    team_id integer,
    title character varying NOT NULL,
    text character varying NOT NULL
);
CREATE SEQUENCE public.search_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.search_id_seq OWNED BY public.search.id;
CREATE TABLE public.stage (
    pipeline_id integer NOT NULL,
    name character varying NOT NULL,
    "position" integer NOT NULL,
    probability_bp integer NOT NULL,
    kind character varying NOT NULL,
    stale_days integer,
    id integer NOT NULL
);
CREATE SEQUENCE public.stage_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.stage_id_seq OWNED BY public.stage.id;
CREATE TABLE public.submission (
    id integer NOT NULL,
    web_form_id integer NOT NULL,
    client_key character varying NOT NULL,
    answers json NOT NULL,
    state character varying NOT NULL,
    reason character varying,
    address character varying NOT NULL,
    user_agent character varying NOT NULL,
    page character varying NOT NULL,
    received_at timestamp with time zone NOT NULL,
    processed_at timestamp with time zone,
    contact_id integer,
    lead_id integer
);
CREATE SEQUENCE public.submission_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.submission_id_seq OWNED BY public.submission.id;
CREATE TABLE public.tag (
    name character varying NOT NULL,
    hue character varying NOT NULL,
    id integer NOT NULL
);
CREATE SEQUENCE public.tag_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.tag_id_seq OWNED BY public.tag.id;
CREATE TABLE public.tagging (
    tag_id integer NOT NULL,
    record_type character varying NOT NULL,
    record_id integer NOT NULL,
    id integer NOT NULL
);
CREATE SEQUENCE public.tagging_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.tagging_id_seq OWNED BY public.tagging.id;
CREATE TABLE public.tax_class (
    name character varying NOT NULL,
    kind character varying NOT NULL,
    note character varying NOT NULL,
    active boolean NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    row_version integer NOT NULL,
    id integer NOT NULL
);
CREATE SEQUENCE public.tax_class_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.tax_class_id_seq OWNED BY public.tax_class.id;
CREATE TABLE public.tax_rate (
    tax_class_id integer NOT NULL,
    rate_bp integer NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    id integer NOT NULL
);
CREATE SEQUENCE public.tax_rate_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.tax_rate_id_seq OWNED BY public.tax_rate.id;
CREATE TABLE public.team (
    name character varying NOT NULL,
    id integer NOT NULL
);
CREATE SEQUENCE public.team_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.team_id_seq OWNED BY public.team.id;
CREATE TABLE public.throttle (
    key character varying NOT NULL,
    count integer NOT NULL,
    until timestamp with time zone NOT NULL
);
CREATE TABLE public."user" (
    name character varying NOT NULL,
    email character varying NOT NULL,
    password character varying NOT NULL,
    role_id integer NOT NULL,
    team_id integer,
    locale character varying NOT NULL,
    time_zone character varying NOT NULL,
    theme character varying NOT NULL,
    shortcuts boolean NOT NULL,
    active boolean NOT NULL,
    id integer NOT NULL
);
CREATE SEQUENCE public.user_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.user_id_seq OWNED BY public."user".id;
CREATE TABLE public.user_session (
    id integer NOT NULL,
    user_id integer NOT NULL,
    secret_hash character varying NOT NULL,
    user_agent character varying NOT NULL,
    address character varying NOT NULL,
    created_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL
);
CREATE SEQUENCE public.user_session_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.user_session_id_seq OWNED BY public.user_session.id;
CREATE TABLE public.web_form (
    public_id character varying NOT NULL,
    name character varying NOT NULL,
    heading character varying NOT NULL,
    intro character varying NOT NULL,
    button character varying NOT NULL,
    thanks character varying NOT NULL,
    language character varying NOT NULL,
    theme character varying NOT NULL,
    fields json NOT NULL,
    source character varying NOT NULL,
    owner_id integer,
    team_id integer,
    notify json NOT NULL,
    sites json NOT NULL,
    active boolean NOT NULL,
    limit_per_hour integer NOT NULL,
    limit_per_visitor integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    row_version integer NOT NULL,
    id integer NOT NULL
);
CREATE SEQUENCE public.web_form_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.web_form_id_seq OWNED BY public.web_form.id;
ALTER TABLE ONLY public.address ALTER COLUMN id SET DEFAULT nextval('public.address_id_seq'::regclass);
ALTER TABLE ONLY public.affiliation ALTER COLUMN id SET DEFAULT nextval('public.affiliation_id_seq'::regclass);
ALTER TABLE ONLY public.attachment ALTER COLUMN id SET DEFAULT nextval('public.attachment_id_seq'::regclass);
ALTER TABLE ONLY public.change ALTER COLUMN id SET DEFAULT nextval('public.change_id_seq'::regclass);
ALTER TABLE ONLY public.company ALTER COLUMN id SET DEFAULT nextval('public.company_id_seq'::regclass);
ALTER TABLE ONLY public.contact ALTER COLUMN id SET DEFAULT nextval('public.contact_id_seq'::regclass);
ALTER TABLE ONLY public.deal ALTER COLUMN id SET DEFAULT nextval('public.deal_id_seq'::regclass);
ALTER TABLE ONLY public.event ALTER COLUMN id SET DEFAULT nextval('public.event_id_seq'::regclass);
ALTER TABLE ONLY public.exchange_rate ALTER COLUMN id SET DEFAULT nextval('public.exchange_rate_id_seq'::regclass);
ALTER TABLE ONLY public.file ALTER COLUMN id SET DEFAULT nextval('public.file_id_seq'::regclass);
ALTER TABLE ONLY public."grant" ALTER COLUMN id SET DEFAULT nextval('public.grant_id_seq'::regclass);
ALTER TABLE ONLY public.hit ALTER COLUMN id SET DEFAULT nextval('public.hit_id_seq'::regclass);
ALTER TABLE ONLY public.job ALTER COLUMN id SET DEFAULT nextval('public.job_id_seq'::regclass);
ALTER TABLE ONLY public.lead ALTER COLUMN id SET DEFAULT nextval('public.lead_id_seq'::regclass);
ALTER TABLE ONLY public.link ALTER COLUMN id SET DEFAULT nextval('public.link_id_seq'::regclass);
ALTER TABLE ONLY public.mail_account ALTER COLUMN id SET DEFAULT nextval('public.mail_account_id_seq'::regclass);
ALTER TABLE ONLY public.member ALTER COLUMN id SET DEFAULT nextval('public.member_id_seq'::regclass);
ALTER TABLE ONLY public.message ALTER COLUMN id SET DEFAULT nextval('public.message_id_seq'::regclass);
ALTER TABLE ONLY public.note ALTER COLUMN id SET DEFAULT nextval('public.note_id_seq'::regclass);
ALTER TABLE ONLY public.number_range ALTER COLUMN id SET DEFAULT nextval('public.number_range_id_seq'::regclass);
ALTER TABLE ONLY public.operation ALTER COLUMN id SET DEFAULT nextval('public.operation_id_seq'::regclass);
ALTER TABLE ONLY public."order" ALTER COLUMN id SET DEFAULT nextval('public.order_id_seq'::regclass);
ALTER TABLE ONLY public.order_line ALTER COLUMN id SET DEFAULT nextval('public.order_line_id_seq'::regclass);
ALTER TABLE ONLY public.organisation ALTER COLUMN id SET DEFAULT nextval('public.organisation_id_seq'::regclass);
ALTER TABLE ONLY public.pipeline ALTER COLUMN id SET DEFAULT nextval('public.pipeline_id_seq'::regclass);
ALTER TABLE ONLY public.point ALTER COLUMN id SET DEFAULT nextval('public.point_id_seq'::regclass);
ALTER TABLE ONLY public.preference ALTER COLUMN id SET DEFAULT nextval('public.preference_id_seq'::regclass);
ALTER TABLE ONLY public.price ALTER COLUMN id SET DEFAULT nextval('public.price_id_seq'::regclass);
ALTER TABLE ONLY public.product ALTER COLUMN id SET DEFAULT nextval('public.product_id_seq'::regclass);
ALTER TABLE ONLY public.quote ALTER COLUMN id SET DEFAULT nextval('public.quote_id_seq'::regclass);
ALTER TABLE ONLY public.quote_decision ALTER COLUMN id SET DEFAULT nextval('public.quote_decision_id_seq'::regclass);
ALTER TABLE ONLY public.quote_line ALTER COLUMN id SET DEFAULT nextval('public.quote_line_id_seq'::regclass);
ALTER TABLE ONLY public.quote_version ALTER COLUMN id SET DEFAULT nextval('public.quote_version_id_seq'::regclass);
ALTER TABLE ONLY public.role ALTER COLUMN id SET DEFAULT nextval('public.role_id_seq'::regclass);
ALTER TABLE ONLY public.search ALTER COLUMN id SET DEFAULT nextval('public.search_id_seq'::regclass);
ALTER TABLE ONLY public.stage ALTER COLUMN id SET DEFAULT nextval('public.stage_id_seq'::regclass);
ALTER TABLE ONLY public.submission ALTER COLUMN id SET DEFAULT nextval('public.submission_id_seq'::regclass);
ALTER TABLE ONLY public.tag ALTER COLUMN id SET DEFAULT nextval('public.tag_id_seq'::regclass);
ALTER TABLE ONLY public.tagging ALTER COLUMN id SET DEFAULT nextval('public.tagging_id_seq'::regclass);
ALTER TABLE ONLY public.tax_class ALTER COLUMN id SET DEFAULT nextval('public.tax_class_id_seq'::regclass);
ALTER TABLE ONLY public.tax_rate ALTER COLUMN id SET DEFAULT nextval('public.tax_rate_id_seq'::regclass);
ALTER TABLE ONLY public.team ALTER COLUMN id SET DEFAULT nextval('public.team_id_seq'::regclass);
ALTER TABLE ONLY public."user" ALTER COLUMN id SET DEFAULT nextval('public.user_id_seq'::regclass);
ALTER TABLE ONLY public.user_session ALTER COLUMN id SET DEFAULT nextval('public.user_session_id_seq'::regclass);
ALTER TABLE ONLY public.web_form ALTER COLUMN id SET DEFAULT nextval('public.web_form_id_seq'::regclass);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.address
    ADD CONSTRAINT pk_address PRIMARY KEY (id);
ALTER TABLE ONLY public.affiliation
    ADD CONSTRAINT pk_affiliation PRIMARY KEY (id);
ALTER TABLE ONLY public.attachment
    ADD CONSTRAINT pk_attachment PRIMARY KEY (id);
ALTER TABLE ONLY public.change
    ADD CONSTRAINT pk_change PRIMARY KEY (id);
ALTER TABLE ONLY public.company
    ADD CONSTRAINT pk_company PRIMARY KEY (id);
ALTER TABLE ONLY public.contact
    ADD CONSTRAINT pk_contact PRIMARY KEY (id);
ALTER TABLE ONLY public.deal
    ADD CONSTRAINT pk_deal PRIMARY KEY (id);
ALTER TABLE ONLY public.event
    ADD CONSTRAINT pk_event PRIMARY KEY (id);
ALTER TABLE ONLY public.event_link
    ADD CONSTRAINT pk_event_link PRIMARY KEY (record_type, record_id, event_id);
ALTER TABLE ONLY public.exchange_rate
    ADD CONSTRAINT pk_exchange_rate PRIMARY KEY (id);
ALTER TABLE ONLY public.file
    ADD CONSTRAINT pk_file PRIMARY KEY (id);
ALTER TABLE ONLY public."grant"
    ADD CONSTRAINT pk_grant PRIMARY KEY (id);
ALTER TABLE ONLY public.heartbeat
    ADD CONSTRAINT pk_heartbeat PRIMARY KEY (name);
ALTER TABLE ONLY public.hit
    ADD CONSTRAINT pk_hit PRIMARY KEY (id);
ALTER TABLE ONLY public.job
    ADD CONSTRAINT pk_job PRIMARY KEY (id);
ALTER TABLE ONLY public.lead
    ADD CONSTRAINT pk_lead PRIMARY KEY (id);
ALTER TABLE ONLY public.link
    ADD CONSTRAINT pk_link PRIMARY KEY (id);
ALTER TABLE ONLY public.mail_account
    ADD CONSTRAINT pk_mail_account PRIMARY KEY (id);
ALTER TABLE ONLY public.member
    ADD CONSTRAINT pk_member PRIMARY KEY (id);
ALTER TABLE ONLY public.message
    ADD CONSTRAINT pk_message PRIMARY KEY (id);
ALTER TABLE ONLY public.message_file
    ADD CONSTRAINT pk_message_file PRIMARY KEY (message_id, file_id);
ALTER TABLE ONLY public.note
    ADD CONSTRAINT pk_note PRIMARY KEY (id);
ALTER TABLE ONLY public.number_range
    ADD CONSTRAINT pk_number_range PRIMARY KEY (id);
ALTER TABLE ONLY public.operation
    ADD CONSTRAINT pk_operation PRIMARY KEY (id);
ALTER TABLE ONLY public."order"
    ADD CONSTRAINT pk_order PRIMARY KEY (id);
ALTER TABLE ONLY public.order_line
    ADD CONSTRAINT pk_order_line PRIMARY KEY (id);
ALTER TABLE ONLY public.organisation
    ADD CONSTRAINT pk_organisation PRIMARY KEY (id);
ALTER TABLE ONLY public.pipeline
    ADD CONSTRAINT pk_pipeline PRIMARY KEY (id);
ALTER TABLE ONLY public.point
    ADD CONSTRAINT pk_point PRIMARY KEY (id);
ALTER TABLE ONLY public.preference
    ADD CONSTRAINT pk_preference PRIMARY KEY (id);
ALTER TABLE ONLY public.price
    ADD CONSTRAINT pk_price PRIMARY KEY (id);
ALTER TABLE ONLY public.product
    ADD CONSTRAINT pk_product PRIMARY KEY (id);
ALTER TABLE ONLY public.quote
    ADD CONSTRAINT pk_quote PRIMARY KEY (id);
ALTER TABLE ONLY public.quote_decision
    ADD CONSTRAINT pk_quote_decision PRIMARY KEY (id);
ALTER TABLE ONLY public.quote_line
    ADD CONSTRAINT pk_quote_line PRIMARY KEY (id);
ALTER TABLE ONLY public.quote_version
    ADD CONSTRAINT pk_quote_version PRIMARY KEY (id);
ALTER TABLE ONLY public.role
    ADD CONSTRAINT pk_role PRIMARY KEY (id);
ALTER TABLE ONLY public.search
    ADD CONSTRAINT pk_search PRIMARY KEY (id);
ALTER TABLE ONLY public.stage
    ADD CONSTRAINT pk_stage PRIMARY KEY (id);
ALTER TABLE ONLY public.submission
    ADD CONSTRAINT pk_submission PRIMARY KEY (id);
ALTER TABLE ONLY public.tag
    ADD CONSTRAINT pk_tag PRIMARY KEY (id);
ALTER TABLE ONLY public.tagging
    ADD CONSTRAINT pk_tagging PRIMARY KEY (id);
ALTER TABLE ONLY public.tax_class
    ADD CONSTRAINT pk_tax_class PRIMARY KEY (id);
ALTER TABLE ONLY public.tax_rate
    ADD CONSTRAINT pk_tax_rate PRIMARY KEY (id);
ALTER TABLE ONLY public.team
    ADD CONSTRAINT pk_team PRIMARY KEY (id);
ALTER TABLE ONLY public.throttle
    ADD CONSTRAINT pk_throttle PRIMARY KEY (key);
ALTER TABLE ONLY public."user"
    ADD CONSTRAINT pk_user PRIMARY KEY (id);
ALTER TABLE ONLY public.user_session
    ADD CONSTRAINT pk_user_session PRIMARY KEY (id);
ALTER TABLE ONLY public.web_form
    ADD CONSTRAINT pk_web_form PRIMARY KEY (id);
ALTER TABLE ONLY public.exchange_rate
    ADD CONSTRAINT uq_exchange_rate_currency_base_valid_from UNIQUE (currency, base, valid_from);
ALTER TABLE ONLY public.file
    ADD CONSTRAINT uq_file_path UNIQUE (path);
ALTER TABLE ONLY public."grant"
    ADD CONSTRAINT uq_grant_role_id_record_type_action UNIQUE (role_id, record_type, action);
ALTER TABLE ONLY public.job
    ADD CONSTRAINT uq_job_key UNIQUE (key);
ALTER TABLE ONLY public.lead
    ADD CONSTRAINT uq_lead_submission_id UNIQUE (submission_id);
ALTER TABLE ONLY public.link
    ADD CONSTRAINT uq_link_nonce UNIQUE (nonce);
ALTER TABLE ONLY public.link
    ADD CONSTRAINT uq_link_record_type_record_id_purpose_version UNIQUE (record_type, record_id, purpose, version);
ALTER TABLE ONLY public.member
    ADD CONSTRAINT uq_member_record_type_record_id_user_id UNIQUE (record_type, record_id, user_id);
ALTER TABLE ONLY public.message
    ADD CONSTRAINT uq_message_message_id UNIQUE (message_id);
ALTER TABLE ONLY public.number_range
    ADD CONSTRAINT uq_number_range_kind UNIQUE (kind);
ALTER TABLE ONLY public."order"
    ADD CONSTRAINT uq_order_number UNIQUE (number);
ALTER TABLE ONLY public."order"
    ADD CONSTRAINT uq_order_quote_version_id UNIQUE (quote_version_id);
ALTER TABLE ONLY public.preference
    ADD CONSTRAINT uq_preference_user_id_name UNIQUE (user_id, name);
ALTER TABLE ONLY public.price
    ADD CONSTRAINT uq_price_product_id_currency UNIQUE (product_id, currency);
ALTER TABLE ONLY public.quote_decision
    ADD CONSTRAINT uq_quote_decision_version_id UNIQUE (version_id);
ALTER TABLE ONLY public.quote
    ADD CONSTRAINT uq_quote_number UNIQUE (number);
ALTER TABLE ONLY public.quote_version
    ADD CONSTRAINT uq_quote_version_quote_id_n UNIQUE (quote_id, n);
ALTER TABLE ONLY public.role
    ADD CONSTRAINT uq_role_name UNIQUE (name);
ALTER TABLE ONLY public.search
    ADD CONSTRAINT uq_search_record_type_record_id UNIQUE (record_type, record_id);
ALTER TABLE ONLY public.submission
    ADD CONSTRAINT uq_submission_client_key UNIQUE (client_key);
ALTER TABLE ONLY public.tag
    ADD CONSTRAINT uq_tag_name UNIQUE (name);
ALTER TABLE ONLY public.tagging
    ADD CONSTRAINT uq_tagging_record_type_record_id_tag_id UNIQUE (record_type, record_id, tag_id);
ALTER TABLE ONLY public.team
    ADD CONSTRAINT uq_team_name UNIQUE (name);
ALTER TABLE ONLY public."user"
    ADD CONSTRAINT uq_user_email UNIQUE (email);
ALTER TABLE ONLY public.user_session
    ADD CONSTRAINT uq_user_session_secret_hash UNIQUE (secret_hash);
ALTER TABLE ONLY public.web_form
    ADD CONSTRAINT uq_web_form_public_id UNIQUE (public_id);
CREATE INDEX ix_address_company_id ON public.address USING btree (company_id);
CREATE INDEX ix_address_contact_id ON public.address USING btree (contact_id);
CREATE INDEX ix_affiliation_company_id ON public.affiliation USING btree (company_id);
CREATE INDEX ix_affiliation_contact_id ON public.affiliation USING btree (contact_id);
CREATE INDEX ix_attachment_file_id ON public.attachment USING btree (file_id);
CREATE INDEX ix_attachment_record_type_record_id ON public.attachment USING btree (record_type, record_id);
CREATE INDEX ix_change_operation_id ON public.change USING btree (operation_id);
CREATE INDEX ix_change_record_type_record_id_id ON public.change USING btree (record_type, record_id, id);
CREATE INDEX ix_change_tx_id ON public.change USING btree (tx, id);
CREATE INDEX ix_company_deleted_at ON public.company USING btree (deleted_at) WHERE (deleted_at IS NOT NULL);
CREATE INDEX ix_company_last_activity_at ON public.company USING btree (last_activity_at, id, owner_id, team_id);
CREATE INDEX ix_company_owner_id_sort_name ON public.company USING btree (owner_id, sort_name);
CREATE INDEX ix_company_parent_id ON public.company USING btree (parent_id);
CREATE INDEX ix_company_sort_name ON public.company USING btree (sort_name, id, owner_id, team_id);
CREATE INDEX ix_company_team_id_sort_name ON public.company USING btree (team_id, sort_name);
CREATE INDEX ix_contact_deleted_at ON public.contact USING btree (deleted_at) WHERE (deleted_at IS NOT NULL);
CREATE INDEX ix_contact_last_activity_at ON public.contact USING btree (last_activity_at, id, owner_id, team_id);
CREATE INDEX ix_contact_main_company_id ON public.contact USING btree (main_company_id);
CREATE INDEX ix_contact_owner_id_sort_name ON public.contact USING btree (owner_id, sort_name);
CREATE INDEX ix_contact_sort_name ON public.contact USING btree (sort_name, id, owner_id, team_id);
CREATE INDEX ix_contact_team_id_sort_name ON public.contact USING btree (team_id, sort_name);
CREATE INDEX ix_deal_amount_minor_id_owner_id_team_id ON public.deal USING btree (amount_minor, id, owner_id, team_id);
CREATE INDEX ix_deal_cards ON public.deal USING btree (stage_id, rank, id, owner_id, team_id) WHERE ((closed_at IS NULL) AND (deleted_at IS NULL));
CREATE INDEX ix_deal_close_on_id_owner_id_team_id ON public.deal USING btree (close_on, id, owner_id, team_id);
CREATE INDEX ix_deal_closed ON public.deal USING btree (stage_id, closed_at, id, currency, amount_minor, owner_id, team_id) WHERE ((closed_at IS NOT NULL) AND (deleted_at IS NULL));
CREATE INDEX ix_deal_company_id ON public.deal USING btree (company_id);
CREATE INDEX ix_deal_contact_id ON public.deal USING btree (contact_id);
CREATE INDEX ix_deal_created_at_id_owner_id_team_id ON public.deal USING btree (created_at, id, owner_id, team_id);
CREATE INDEX ix_deal_deleted_at ON public.deal USING btree (deleted_at) WHERE (deleted_at IS NOT NULL);
CREATE INDEX ix_deal_owner_id_sort_name ON public.deal USING btree (owner_id, sort_name);
CREATE INDEX ix_deal_sort_name_id_owner_id_team_id ON public.deal USING btree (sort_name, id, owner_id, team_id);
CREATE INDEX ix_deal_stage_id_id_owner_id_team_id ON public.deal USING btree (stage_id, id, owner_id, team_id);
CREATE INDEX ix_deal_sums ON public.deal USING btree (stage_id, currency, amount_minor, owner_id, team_id, id) WHERE ((closed_at IS NULL) AND (deleted_at IS NULL));
CREATE INDEX ix_deal_team_id_sort_name ON public.deal USING btree (team_id, sort_name);
CREATE INDEX ix_event_operation_id ON public.event USING btree (operation_id);
CREATE INDEX ix_hit_link_id_at ON public.hit USING btree (link_id, at);
CREATE INDEX ix_job_open ON public.job USING btree (due_at, id) WHERE ((state)::text = ANY ((ARRAY['queued'::character varying, 'running'::character varying])::text[]));
CREATE INDEX ix_lead_company_id ON public.lead USING btree (company_id);
CREATE INDEX ix_lead_contact_id ON public.lead USING btree (contact_id);
CREATE INDEX ix_lead_created_at_id_owner_id_team_id ON public.lead USING btree (created_at, id, owner_id, team_id);
CREATE INDEX ix_lead_deleted_at ON public.lead USING btree (deleted_at) WHERE (deleted_at IS NOT NULL);
CREATE INDEX ix_lead_owner_id_sort_name ON public.lead USING btree (owner_id, sort_name);
CREATE INDEX ix_lead_sort_name_id_owner_id_team_id ON public.lead USING btree (sort_name, id, owner_id, team_id);
CREATE INDEX ix_lead_source_id_owner_id_team_id ON public.lead USING btree (source, id, owner_id, team_id);
CREATE INDEX ix_lead_state_id_owner_id_team_id ON public.lead USING btree (state, id, owner_id, team_id);
CREATE INDEX ix_lead_team_id_sort_name ON public.lead USING btree (team_id, sort_name);
CREATE INDEX ix_member_user_id_record_type_record_id ON public.member USING btree (user_id, record_type, record_id);
CREATE INDEX ix_message_about_type_about_id ON public.message USING btree (about_type, about_id);
CREATE INDEX ix_message_file_file_id ON public.message_file USING btree (file_id);
CREATE INDEX ix_message_from_user_id ON public.message USING btree (from_user_id);
CREATE INDEX ix_message_open ON public.message USING btree (due_at, id) WHERE ((state)::text = ANY ((ARRAY['queued'::character varying, 'deferred'::character varying, 'sending'::character varying])::text[]));
CREATE INDEX ix_message_state_id ON public.message USING btree (state, id);
CREATE INDEX ix_message_to ON public.message USING btree ("to");
CREATE INDEX ix_note_record_type_record_id ON public.note USING btree (record_type, record_id);
CREATE INDEX ix_operation_actor_id ON public.operation USING btree (actor_id);
CREATE INDEX ix_order_company_id_ordered_on ON public."order" USING btree (company_id, ordered_on);
CREATE INDEX ix_order_contact_id_ordered_on ON public."order" USING btree (contact_id, ordered_on);
CREATE INDEX ix_order_deal_id ON public."order" USING btree (deal_id);
CREATE INDEX ix_order_deleted_at ON public."order" USING btree (deleted_at) WHERE (deleted_at IS NOT NULL);
CREATE INDEX ix_order_gross_minor_id_owner_id_team_id ON public."order" USING btree (gross_minor, id, owner_id, team_id);
CREATE INDEX ix_order_line_order_id_position ON public.order_line USING btree (order_id, "position");
CREATE INDEX ix_order_line_product_id ON public.order_line USING btree (product_id);
CREATE INDEX ix_order_number_id_owner_id_team_id ON public."order" USING btree (number, id, owner_id, team_id);
CREATE INDEX ix_order_ordered_on_id_owner_id_team_id ON public."order" USING btree (ordered_on, id, owner_id, team_id);
CREATE INDEX ix_order_owner_id_sort_name ON public."order" USING btree (owner_id, sort_name);
CREATE INDEX ix_order_quote_id ON public."order" USING btree (quote_id);
CREATE INDEX ix_order_sort_name_id_owner_id_team_id ON public."order" USING btree (sort_name, id, owner_id, team_id);
CREATE INDEX ix_order_team_id_sort_name ON public."order" USING btree (team_id, sort_name);
CREATE INDEX ix_organisation_logo_id ON public.organisation USING btree (logo_id);
CREATE INDEX ix_point_company_id ON public.point USING btree (company_id);
CREATE INDEX ix_point_contact_id ON public.point USING btree (contact_id);
CREATE INDEX ix_point_kind_normal ON public.point USING btree (kind, normal);
CREATE INDEX ix_product_code_id_owner_id_team_id ON public.product USING btree (code, id, owner_id, team_id);
CREATE INDEX ix_product_deleted_at ON public.product USING btree (deleted_at) WHERE (deleted_at IS NOT NULL);
CREATE INDEX ix_product_owner_id_sort_name ON public.product USING btree (owner_id, sort_name);
CREATE INDEX ix_product_sort_name_id_owner_id_team_id ON public.product USING btree (sort_name, id, owner_id, team_id);
CREATE INDEX ix_product_tax_class_id ON public.product USING btree (tax_class_id);
CREATE INDEX ix_product_team_id_sort_name ON public.product USING btree (team_id, sort_name);
CREATE INDEX ix_quote_company_id ON public.quote USING btree (company_id);
CREATE INDEX ix_quote_contact_id ON public.quote USING btree (contact_id);
CREATE INDEX ix_quote_created_at_id_owner_id_team_id ON public.quote USING btree (created_at, id, owner_id, team_id);
CREATE INDEX ix_quote_deal_id ON public.quote USING btree (deal_id);
CREATE INDEX ix_quote_deleted_at ON public.quote USING btree (deleted_at) WHERE (deleted_at IS NOT NULL);
CREATE INDEX ix_quote_gross_minor_id_owner_id_team_id ON public.quote USING btree (gross_minor, id, owner_id, team_id);
CREATE INDEX ix_quote_line_product_id ON public.quote_line USING btree (product_id);
CREATE INDEX ix_quote_line_version_id_position ON public.quote_line USING btree (version_id, "position");
CREATE INDEX ix_quote_number_id_owner_id_team_id ON public.quote USING btree (number, id, owner_id, team_id);
CREATE INDEX ix_quote_owner_id_sort_name ON public.quote USING btree (owner_id, sort_name);
CREATE INDEX ix_quote_sort_name_id_owner_id_team_id ON public.quote USING btree (sort_name, id, owner_id, team_id);
CREATE INDEX ix_quote_state_id_owner_id_team_id ON public.quote USING btree (state, id, owner_id, team_id);
CREATE INDEX ix_quote_team_id_sort_name ON public.quote USING btree (team_id, sort_name);
CREATE INDEX ix_quote_valid_until_id_owner_id_team_id ON public.quote USING btree (valid_until, id, owner_id, team_id);
CREATE INDEX ix_search_text ON public.search USING gin (text public.gin_trgm_ops);
CREATE INDEX ix_stage_pipeline_id ON public.stage USING btree (pipeline_id);
CREATE INDEX ix_submission_address_web_form_id_received_at_reason ON public.submission USING btree (address, web_form_id, received_at, reason);
CREATE INDEX ix_submission_state_id ON public.submission USING btree (state, id);
CREATE INDEX ix_submission_web_form_id_received_at_reason ON public.submission USING btree (web_form_id, received_at, reason);
CREATE INDEX ix_tagging_tag_id_record_type_record_id ON public.tagging USING btree (tag_id, record_type, record_id);
CREATE INDEX ix_tax_rate_tax_class_id ON public.tax_rate USING btree (tax_class_id);
CREATE INDEX ix_user_session_user_id ON public.user_session USING btree (user_id);
CREATE UNIQUE INDEX uq_product_code ON public.product USING btree (code) WHERE ((deleted_at IS NULL) AND ((code)::text <> ''::text));
ALTER TABLE ONLY public.address
    ADD CONSTRAINT fk_address_company_id FOREIGN KEY (company_id) REFERENCES public.company(id);
ALTER TABLE ONLY public.address
    ADD CONSTRAINT fk_address_contact_id FOREIGN KEY (contact_id) REFERENCES public.contact(id);
ALTER TABLE ONLY public.affiliation
    ADD CONSTRAINT fk_affiliation_company_id FOREIGN KEY (company_id) REFERENCES public.company(id);
ALTER TABLE ONLY public.affiliation
    ADD CONSTRAINT fk_affiliation_contact_id FOREIGN KEY (contact_id) REFERENCES public.contact(id);
ALTER TABLE ONLY public.attachment
    ADD CONSTRAINT fk_attachment_author_id FOREIGN KEY (author_id) REFERENCES public."user"(id);
ALTER TABLE ONLY public.attachment
    ADD CONSTRAINT fk_attachment_file_id FOREIGN KEY (file_id) REFERENCES public.file(id);
ALTER TABLE ONLY public.company
    ADD CONSTRAINT fk_company_owner_id FOREIGN KEY (owner_id) REFERENCES public."user"(id);
ALTER TABLE ONLY public.company
    ADD CONSTRAINT fk_company_parent_id FOREIGN KEY (parent_id) REFERENCES public.company(id);
ALTER TABLE ONLY public.company
    ADD CONSTRAINT fk_company_team_id FOREIGN KEY (team_id) REFERENCES public.team(id);
ALTER TABLE ONLY public.contact
    ADD CONSTRAINT fk_contact_main_company_id FOREIGN KEY (main_company_id) REFERENCES public.company(id);
ALTER TABLE ONLY public.contact
    ADD CONSTRAINT fk_contact_owner_id FOREIGN KEY (owner_id) REFERENCES public."user"(id);
ALTER TABLE ONLY public.contact
    ADD CONSTRAINT fk_contact_team_id FOREIGN KEY (team_id) REFERENCES public.team(id);
ALTER TABLE ONLY public.deal
    ADD CONSTRAINT fk_deal_company_id FOREIGN KEY (company_id) REFERENCES public.company(id);
ALTER TABLE ONLY public.deal
    ADD CONSTRAINT fk_deal_contact_id FOREIGN KEY (contact_id) REFERENCES public.contact(id);
ALTER TABLE ONLY public.deal
    ADD CONSTRAINT fk_deal_owner_id FOREIGN KEY (owner_id) REFERENCES public."user"(id);
ALTER TABLE ONLY public.deal
    ADD CONSTRAINT fk_deal_pipeline_id FOREIGN KEY (pipeline_id) REFERENCES public.pipeline(id);
ALTER TABLE ONLY public.deal
    ADD CONSTRAINT fk_deal_stage_id FOREIGN KEY (stage_id) REFERENCES public.stage(id);
ALTER TABLE ONLY public.deal
    ADD CONSTRAINT fk_deal_team_id FOREIGN KEY (team_id) REFERENCES public.team(id);
ALTER TABLE ONLY public."grant"
    ADD CONSTRAINT fk_grant_role_id FOREIGN KEY (role_id) REFERENCES public.role(id);
ALTER TABLE ONLY public.hit
    ADD CONSTRAINT fk_hit_link_id FOREIGN KEY (link_id) REFERENCES public.link(id);
ALTER TABLE ONLY public.lead
    ADD CONSTRAINT fk_lead_company_id FOREIGN KEY (company_id) REFERENCES public.company(id);
ALTER TABLE ONLY public.lead
    ADD CONSTRAINT fk_lead_contact_id FOREIGN KEY (contact_id) REFERENCES public.contact(id);
ALTER TABLE ONLY public.lead
    ADD CONSTRAINT fk_lead_owner_id FOREIGN KEY (owner_id) REFERENCES public."user"(id);
ALTER TABLE ONLY public.lead
    ADD CONSTRAINT fk_lead_submission_id FOREIGN KEY (submission_id) REFERENCES public.submission(id);
ALTER TABLE ONLY public.lead
    ADD CONSTRAINT fk_lead_team_id FOREIGN KEY (team_id) REFERENCES public.team(id);
ALTER TABLE ONLY public.member
    ADD CONSTRAINT fk_member_user_id FOREIGN KEY (user_id) REFERENCES public."user"(id);
ALTER TABLE ONLY public.message_file
    ADD CONSTRAINT fk_message_file_file_id FOREIGN KEY (file_id) REFERENCES public.file(id);
ALTER TABLE ONLY public.message_file
    ADD CONSTRAINT fk_message_file_message_id FOREIGN KEY (message_id) REFERENCES public.message(id);
ALTER TABLE ONLY public.message
    ADD CONSTRAINT fk_message_from_user_id FOREIGN KEY (from_user_id) REFERENCES public."user"(id);
ALTER TABLE ONLY public.note
    ADD CONSTRAINT fk_note_author_id FOREIGN KEY (author_id) REFERENCES public."user"(id);
ALTER TABLE ONLY public."order"
    ADD CONSTRAINT fk_order_company_id FOREIGN KEY (company_id) REFERENCES public.company(id);
ALTER TABLE ONLY public."order"
    ADD CONSTRAINT fk_order_contact_id FOREIGN KEY (contact_id) REFERENCES public.contact(id);
ALTER TABLE ONLY public."order"
    ADD CONSTRAINT fk_order_deal_id FOREIGN KEY (deal_id) REFERENCES public.deal(id);
ALTER TABLE ONLY public.order_line
    ADD CONSTRAINT fk_order_line_order_id FOREIGN KEY (order_id) REFERENCES public."order"(id);
ALTER TABLE ONLY public.order_line
    ADD CONSTRAINT fk_order_line_product_id FOREIGN KEY (product_id) REFERENCES public.product(id);
ALTER TABLE ONLY public."order"
    ADD CONSTRAINT fk_order_owner_id FOREIGN KEY (owner_id) REFERENCES public."user"(id);
ALTER TABLE ONLY public."order"
    ADD CONSTRAINT fk_order_quote_id FOREIGN KEY (quote_id) REFERENCES public.quote(id);
ALTER TABLE ONLY public."order"
    ADD CONSTRAINT fk_order_quote_version_id FOREIGN KEY (quote_version_id) REFERENCES public.quote_version(id);
ALTER TABLE ONLY public."order"
    ADD CONSTRAINT fk_order_team_id FOREIGN KEY (team_id) REFERENCES public.team(id);
ALTER TABLE ONLY public.organisation
    ADD CONSTRAINT fk_organisation_logo_id FOREIGN KEY (logo_id) REFERENCES public.file(id);
ALTER TABLE ONLY public.point
    ADD CONSTRAINT fk_point_company_id FOREIGN KEY (company_id) REFERENCES public.company(id);
ALTER TABLE ONLY public.point
    ADD CONSTRAINT fk_point_contact_id FOREIGN KEY (contact_id) REFERENCES public.contact(id);
ALTER TABLE ONLY public.preference
    ADD CONSTRAINT fk_preference_user_id FOREIGN KEY (user_id) REFERENCES public."user"(id);
ALTER TABLE ONLY public.price
    ADD CONSTRAINT fk_price_product_id FOREIGN KEY (product_id) REFERENCES public.product(id);
ALTER TABLE ONLY public.product
    ADD CONSTRAINT fk_product_owner_id FOREIGN KEY (owner_id) REFERENCES public."user"(id);
ALTER TABLE ONLY public.product
    ADD CONSTRAINT fk_product_tax_class_id FOREIGN KEY (tax_class_id) REFERENCES public.tax_class(id);
ALTER TABLE ONLY public.product
    ADD CONSTRAINT fk_product_team_id FOREIGN KEY (team_id) REFERENCES public.team(id);
ALTER TABLE ONLY public.quote
    ADD CONSTRAINT fk_quote_company_id FOREIGN KEY (company_id) REFERENCES public.company(id);
ALTER TABLE ONLY public.quote
    ADD CONSTRAINT fk_quote_contact_id FOREIGN KEY (contact_id) REFERENCES public.contact(id);
ALTER TABLE ONLY public.quote
    ADD CONSTRAINT fk_quote_deal_id FOREIGN KEY (deal_id) REFERENCES public.deal(id);
ALTER TABLE ONLY public.quote_decision
    ADD CONSTRAINT fk_quote_decision_version_id FOREIGN KEY (version_id) REFERENCES public.quote_version(id);
ALTER TABLE ONLY public.quote_line
    ADD CONSTRAINT fk_quote_line_product_id FOREIGN KEY (product_id) REFERENCES public.product(id);
ALTER TABLE ONLY public.quote_line
    ADD CONSTRAINT fk_quote_line_tax_class_id FOREIGN KEY (tax_class_id) REFERENCES public.tax_class(id);
ALTER TABLE ONLY public.quote_line
    ADD CONSTRAINT fk_quote_line_version_id FOREIGN KEY (version_id) REFERENCES public.quote_version(id);
ALTER TABLE ONLY public.quote
    ADD CONSTRAINT fk_quote_owner_id FOREIGN KEY (owner_id) REFERENCES public."user"(id);
ALTER TABLE ONLY public.quote
    ADD CONSTRAINT fk_quote_team_id FOREIGN KEY (team_id) REFERENCES public.team(id);
ALTER TABLE ONLY public.quote_version
    ADD CONSTRAINT fk_quote_version_file_id FOREIGN KEY (file_id) REFERENCES public.file(id);
ALTER TABLE ONLY public.quote_version
    ADD CONSTRAINT fk_quote_version_quote_id FOREIGN KEY (quote_id) REFERENCES public.quote(id);
ALTER TABLE ONLY public.stage
    ADD CONSTRAINT fk_stage_pipeline_id FOREIGN KEY (pipeline_id) REFERENCES public.pipeline(id);
ALTER TABLE ONLY public.submission
    ADD CONSTRAINT fk_submission_contact_id FOREIGN KEY (contact_id) REFERENCES public.contact(id);
ALTER TABLE ONLY public.submission
    ADD CONSTRAINT fk_submission_lead_id FOREIGN KEY (lead_id) REFERENCES public.lead(id);
ALTER TABLE ONLY public.submission
    ADD CONSTRAINT fk_submission_web_form_id FOREIGN KEY (web_form_id) REFERENCES public.web_form(id);
ALTER TABLE ONLY public.tagging
    ADD CONSTRAINT fk_tagging_tag_id FOREIGN KEY (tag_id) REFERENCES public.tag(id);
ALTER TABLE ONLY public.tax_rate
    ADD CONSTRAINT fk_tax_rate_tax_class_id FOREIGN KEY (tax_class_id) REFERENCES public.tax_class(id);
ALTER TABLE ONLY public."user"
    ADD CONSTRAINT fk_user_role_id FOREIGN KEY (role_id) REFERENCES public.role(id);
ALTER TABLE ONLY public.user_session
    ADD CONSTRAINT fk_user_session_user_id FOREIGN KEY (user_id) REFERENCES public."user"(id);
ALTER TABLE ONLY public."user"
    ADD CONSTRAINT fk_user_team_id FOREIGN KEY (team_id) REFERENCES public.team(id);
ALTER TABLE ONLY public.web_form
    ADD CONSTRAINT fk_web_form_owner_id FOREIGN KEY (owner_id) REFERENCES public."user"(id);
ALTER TABLE ONLY public.web_form
    ADD CONSTRAINT fk_web_form_team_id FOREIGN KEY (team_id) REFERENCES public.team(id);
