-- What the administrator of your PostgreSQL runs once, with passwords of your own:
--   psql -v owner_password=... -v app_password=... -v worker_password=... -f roles.sql
-- then `nanduti-hub migrate` as nanduti_owner does the rest, and again after each upgrade.
CREATE ROLE nanduti_owner LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'owner_password';
CREATE ROLE nanduti_app LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'app_password';
CREATE ROLE nanduti_worker LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'worker_password';
CREATE DATABASE nanduti OWNER nanduti_owner ENCODING 'UTF8';
