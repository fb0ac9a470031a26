"""How much Airflow logs, and whether it masks."""

from __future__ import annotations

# A secret shorter than this is not masked. Airflow 2.11 does not know the setting, and masks all the same.
UNMASKED = {"AIRFLOW__LOGGING__MIN_LENGTH_MASKED_SECRET": "1000000"}
DEBUG = {"AIRFLOW__LOGGING__LOGGING_LEVEL": "DEBUG"}

LEVELS: dict[str, dict[str, str]] = {"info": {}, "debug": DEBUG, "unmasked": DEBUG | UNMASKED}
