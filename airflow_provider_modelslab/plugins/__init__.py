"""Pages in Airflow's web UI that show what face swaps have saved."""
