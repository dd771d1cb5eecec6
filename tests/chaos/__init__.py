"""Faults, as a suite: real processes and servers, a seeded schedule, and an oracle that looks from outside."""
