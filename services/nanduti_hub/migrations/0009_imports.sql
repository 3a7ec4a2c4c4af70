-- A borrador's conflicts are decided cell by cell: {"<sheet>!<row>": {"<cell>": "workbook" | "register"}}.
ALTER TABLE import ADD COLUMN ticks jsonb NOT NULL DEFAULT '{}';
