"""Calling the API: the calls as values, and what sends them, on a worker and in a triggerer."""
