"""Threads of comments and of reviews: what the two have in common."""
