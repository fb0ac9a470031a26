"""Airflow's Fernet key, known to the hunt, so that what is encrypted can be searched as well."""

from __future__ import annotations

from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from tests.support.running.database import open_to_read


class Vault:
    """Makes the key, and decrypts with it."""

    def __init__(self) -> None:
        self._key = Fernet.generate_key()
        self.env = {"AIRFLOW__CORE__FERNET_KEY": self._key.decode()}

    def lock(self, clear: bytes) -> bytes:
        """As Airflow encrypts."""
        return Fernet(self._key).encrypt(clear)

    def unlock(self, token: bytes) -> bytes | None:
        """What was encrypted, or None where it was not with this key."""
        try:
            return Fernet(self._key).decrypt(token)
        except InvalidToken:
            return None

    def own_row(self, file: Path, conn_id: str) -> str:
        """The password in a connection's row, decrypted; empty where it is not encrypted."""
        query = "select password from connection where conn_id = ? and is_encrypted"
        with open_to_read(file) as database:
            row = database.execute(query, (conn_id,)).fetchone()
        return (self.unlock(row[0].encode()) or b"").decode() if row and row[0] else ""
