"""The plugin's pages in a real Airflow, seen with a real browser: `python3 -m tests -m browser`.

`stage` is the Airflow, with runs of the Dags in `dags`; a `Visitor` looks at its pages and remembers all that
the browser asked for; `looks` measures what a person would see.
"""
