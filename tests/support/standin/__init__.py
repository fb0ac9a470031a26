"""A stand-in for ModelsLab: a real HTTP server on loopback that speaks the API and can misbehave on command.

::

    with StandIn(key="secret") as server:
        job = server.add_job(duration=2.0, eta="exact", files=["jpg", "mp4:5000000"])
        look_at = server.add_job(files=["png", "mp4"], draws="anna+ben")  # Ben with Anna's face
        server.fault("fetch", payload="html_502", times=3)
        server.fault("file", id=job, cut_after=1000)
        ...  # talk to server.url
        assert server.looks(job) == 5
"""

from __future__ import annotations

from tests.support.standin.control import Controls, StandIn, StandInProcess
from tests.support.standin.faults import Fault
from tests.support.standin.jobs import BRIEF, File, Job
from tests.support.standin.media import Media
from tests.support.standin.payloads import PAYLOADS, Payload
from tests.support.standin.world import Settings

__all__ = [
    "BRIEF",
    "PAYLOADS",
    "Controls",
    "Fault",
    "File",
    "Job",
    "Media",
    "Payload",
    "Settings",
    "StandIn",
    "StandInProcess",
]
