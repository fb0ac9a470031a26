"""What kills and outages do to waits and saves, in a real Airflow: `python -m tests.stress.kills`.

API server, scheduler, DAG processor and triggerer are processes of their own, and so is the stand-in for
ModelsLab. In each scenario waits with different endings are brought into flight, something is killed or goes
away, the jobs end, and every wait must have ended once, in the right state, and every file must be whole.
"""
