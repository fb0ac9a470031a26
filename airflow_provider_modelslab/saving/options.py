"""What a DAG author may choose about saving."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

IfExists = Literal["skip", "overwrite", "fail"]


@dataclass(frozen=True)
class SaveOptions:
    """How the files of one result are saved.

    :param if_exists: what to do where this result already stands whole: ``skip`` (no transfer at all),
        ``overwrite`` (save again), or ``fail``
    :param max_file_size: the most that one file may hold, in bytes, as it is stored
    :param timeout: the most that one file may take, in seconds, all tries and waits included
    :param parallel: how many files are transferred at the same time
    :param allow_private: whether http, and private and loopback addresses, are allowed too
    :param thumbnails: whether to make them, where the extra ``preview`` is installed
    :param url_patience: how long, in seconds, a URL may answer 404, 403 or 401 just after success before
        it counts as missing or expired; clients of the API wait up to 8 x 5 s
    :raises ValueError: if a value makes no sense
    """

    if_exists: IfExists = "skip"
    max_file_size: int = 5 * 2**30
    timeout: float = 3600.0
    parallel: int = 4
    allow_private: bool = False
    url_patience: float = 40.0
    thumbnails: bool = True

    def __post_init__(self) -> None:
        if self.if_exists not in get_args(IfExists):
            raise ValueError(f"if_exists is one of {get_args(IfExists)}, not {self.if_exists!r}")
        for name in ("max_file_size", "timeout", "parallel"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} must be greater than 0, not {getattr(self, name)!r}")
        if not self.url_patience >= 0:
            raise ValueError(f"url_patience must be 0 or greater, not {self.url_patience!r}")
