"""What a person is told: what happened, to which id, and what to do."""
