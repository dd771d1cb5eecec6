"""Configuration as a file: `apply` makes a workspace what the file says, `export` writes the file of what it is.

An *item* is one policy, schedule, route, silence, client or source as plain values in its one spelling, with names in
place of row ids. Both the file and the database are read into items; what differs between them is the change.
"""
