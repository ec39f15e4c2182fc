"""Results as JSON, queries from requests, errors as statuses, and what three frameworks need for it."""
