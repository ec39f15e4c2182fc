"""The peers: each module serves the workloads with one library, in a process of its own."""
