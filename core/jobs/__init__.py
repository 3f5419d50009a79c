"""Heavy work: rows that workers claim, with progress, leases and resumable parts."""
