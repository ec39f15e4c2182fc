"""Benchmarks: what the library takes beside what a user would pick instead, and beside the limit, which is pgbench."""
