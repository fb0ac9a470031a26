"""The face swap protocol without I/O: building the call, reading answers, deciding when to look next.

Nothing here opens a socket, reads a clock or imports Airflow, so every mode of waiting shares it.
"""
