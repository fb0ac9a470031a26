"""Kills on a distributed Airflow: `python -m tests.stress.distributed`.

PostgreSQL, Redis, CeleryExecutor with two workers, two triggerers and an S3 server run on loopback. Waits,
saves, face swaps and a batch go through them, and in the middle a worker and a triggerer are killed.
Everything must end well, every face swap be paid for once, and every file be whole in the bucket.
"""
