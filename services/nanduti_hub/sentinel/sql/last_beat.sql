-- When the hub was last there; nothing, if it never was. No binds.
SELECT last_alive FROM heartbeat
