"""The PostgreSQL and nats-server that `nanduti-hub up` and the tests start themselves (extra [embedded])."""
