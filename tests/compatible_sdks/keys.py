"""The secrets of the sources that both sides know."""

ROUTING_KEY = "R0UT1NGKEY00000000000000000PEER1"
GENIE_KEY = "eb243592-faa2-4ba2-a551-1afdf565c889"
HEARTBEAT = "nightly-backup"
