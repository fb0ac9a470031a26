"""Apache Airflow provider for ModelsLab's face swap API."""

__version__ = "0.2.0"
