"""The clients that PagerDuty and Opsgenie give away, unmodified, against Heed: `make sdks`.

They have an environment of their own, for they are nothing that Heed needs; Heed itself is started in its own.
"""
