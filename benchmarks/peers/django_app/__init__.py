"""The tables of the workloads as a Django application."""
