"""``python -m tests.saving.gcs_server PORT``: a Google Cloud Storage emulator that can give uploads up.

The emulator lacks what Google documents for giving up a resumable upload: a DELETE to its address, which is
answered with 499. It is added here, and a list of the uploads that nobody has given up.
"""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

from gcp_storage_emulator import server

UPLOADS = r"^/upload/storage/v1/b/(?P<bucket_name>[-.\w]+)/o$"


def give_up(request: Any, response: Any, storage: Any, *_: Any, **__: Any) -> None:
    storage.delete_resumable_file_obj(request.query["upload_id"][0])
    response.status = SimpleNamespace(value=499, phrase="Client Closed Request")


def unfinished(request: Any, response: Any, storage: Any, *_: Any, **__: Any) -> None:
    response.json(list(storage.resumable))


def main() -> None:
    added = ((UPLOADS, {server.DELETE: give_up}), (r"^/unfinished$", {server.GET: unfinished}))
    known = dict(server.HANDLERS)
    routes = {pattern: {**known.get(pattern, {}), **handlers} for pattern, handlers in added}
    server.HANDLERS = tuple({**routes, **known, **routes}.items())  # the first that fits is taken
    server.create_server("127.0.0.1", int(sys.argv[1]), True).run()


if __name__ == "__main__":
    main()
