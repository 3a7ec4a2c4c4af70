"""The contract of the Ñandutí hub, and the kit of those who subscribe to it.

`import nanduti.actions` and its neighbours need msgspec only; `nanduti.subscribe` needs the extra `nats`.
"""
