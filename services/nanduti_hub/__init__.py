"""The Ñandutí hub: ledger, register, bus and API."""
