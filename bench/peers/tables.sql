-- What both peers read: normalised, keyed and indexed for the page that they are asked for.
CREATE SCHEMA peers AUTHORIZATION tillgate_owner;
SET ROLE tillgate_owner;
SET search_path = peers;

CREATE TABLE accounting_group (
    id bigint PRIMARY KEY,
    accounting_group_id bigint NOT NULL,
    name text NOT NULL,
    statistic_group text,
    code text
);

CREATE TABLE sale (
    id bigint PRIMARY KEY,
    business_location_id bigint NOT NULL,
    account_reference text NOT NULL,
    account_fisc_id text NOT NULL,
    receipt_id text,
    initial_account_id text,
    previous_account_id text,
    time_of_opening timestamptz,
    time_of_close_and_paid timestamptz NOT NULL,
    cancelled boolean,
    external_fiscal_number text,
    table_name text NOT NULL,
    type text NOT NULL,
    external_references text[],
    nb_covers integer,
    dine_in boolean,
    device_id bigint,
    device_name text,
    void_reason text
);

CREATE TABLE line (
    id bigint PRIMARY KEY,
    sale_id bigint NOT NULL REFERENCES sale,
    line_id text NOT NULL,
    parent_line_id text,
    total_net_amount_with_tax numeric NOT NULL,
    total_net_amount_without_tax numeric NOT NULL,
    menu_list_price numeric NOT NULL,
    unit_cost_price numeric NOT NULL,
    service_charge numeric NOT NULL,
    service_charge_type text NOT NULL,
    service_charge_rate numeric,
    discount_amount numeric NOT NULL,
    tax_amount numeric NOT NULL,
    tax_code text,
    tax_rate_percentage numeric,
    account_discount_amount numeric NOT NULL,
    total_discount_amount numeric NOT NULL,
    sku text,
    name text,
    name_override text NOT NULL,
    statistic_group text NOT NULL,
    quantity numeric NOT NULL,
    accounting_group_id bigint REFERENCES accounting_group,
    currency text NOT NULL,
    tags text[] NOT NULL,
    categories jsonb NOT NULL,
    time_of_sale timestamptz,
    device_id bigint,
    device_name text,
    void_reason text,
    discount_type text,
    discount_code text,
    discount_name text,
    account_discount_type text,
    account_discount_code text,
    account_discount_name text
);

CREATE TABLE tax_line (
    id bigint PRIMARY KEY,
    line_id bigint NOT NULL REFERENCES line,
    tax_id text,
    tax_code text NOT NULL,
    tax_rate numeric NOT NULL,
    tax_amount numeric NOT NULL,
    tax_included boolean NOT NULL
);

CREATE TABLE payment (
    id bigint PRIMARY KEY,
    sale_id bigint NOT NULL REFERENCES sale,
    code text NOT NULL,
    description text,
    payment_method_id bigint,
    net_amount_with_tax numeric NOT NULL,
    currency text NOT NULL,
    tip numeric NOT NULL,
    type text NOT NULL,
    device_id bigint,
    device_name text,
    external_reference text,
    fisc_id text,
    uuid text NOT NULL,
    fisc_date timestamptz,
    surcharge numeric NOT NULL
);
