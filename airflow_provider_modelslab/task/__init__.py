"""The steps of one task on a worker: submit once, wait, save, and tell."""
