"""Whether the API key stands anywhere but in its connection: `python -m tests.stress.leaks`.

A marked key, the canary, is given to a real Airflow. Every example DAG and every mode of the sensor and the
operators meets success and each kind of failure, from a server that repeats the key wherever it can. Then the
key is looked for, in every disguise, in all that Airflow writes, keeps and shows. A DAG that leaks on purpose
puts another canary into each of those places: a place where that one is not found was not searched.
"""
