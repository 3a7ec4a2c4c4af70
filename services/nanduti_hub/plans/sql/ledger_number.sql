-- The register's last number.
SELECT register_number()
