-- Made once the rows are there.
CREATE INDEX sale_page ON peers.sale (business_location_id, time_of_close_and_paid, account_fisc_id);
CREATE INDEX line_sale ON peers.line (sale_id);
CREATE INDEX tax_line_line ON peers.tax_line (line_id);
CREATE INDEX payment_sale ON peers.payment (sale_id);
