"""Many face swaps in one task: what there is to do, what is done already, and doing the rest."""
