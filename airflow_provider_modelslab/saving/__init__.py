"""Saving: a finished face swap's files, whole and verified, in the team's own storage."""
