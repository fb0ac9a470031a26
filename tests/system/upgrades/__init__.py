"""A new version of the provider meets waits in flight, deferred by an older one.

For each release a file, such as `0.1.0.json`, holds what it leaves in Airflow's database: the trigger's row,
the method to resume and its arguments, and the trigger's event.
`python -m tests.system.upgrades.recording` writes the file of the version that is checked out; those of
releases stay as they are.
"""
