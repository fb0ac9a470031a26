"""Hostile input for whatever reads what a server said: answers, names of files, addresses, events.

The properties stand in ``properties``, once. The tests here try them on a few thousand examples that
hypothesis makes; ``python -m tests.stress.fuzz --runs 1000000`` on as many as one likes, guided by coverage
where atheris is installed (the dependency group ``fuzz``).
"""
