"""What OpenLineage is told of a task: what its swaps were made of, what was saved, what went wrong."""
