"""What the provider costs, in numbers. Each benchmark is one command; none of them is a test.

=====================================  ==============================================================
``python -m tests.benchmarks.schedule``  looks against delay, for jobs of 1 s to 30 min (a simulation)
``python -m tests.benchmarks.waits``     thousands of waits in one event loop, beside other ways to wait
``python -m tests.benchmarks.deferred``  hundreds of deferred sensors in a real Airflow
``python -m tests.benchmarks.fan_out``   many swaps on an account that may queue few
``python -m tests.benchmarks.saving``    saving to a disk and to S3, beside curl and what people use
=====================================  ==============================================================

Each prints a line of JSON and then a small table. Machines are noisy: trust the ratios to the baseline
of the same run, not the absolute figures. They need the dependency group ``bench``.
"""
