"""The whole of saving, to S3, Azure and Google Cloud Storage through Airflow's own connections."""

from __future__ import annotations

import gc
import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from airflow_provider_modelslab.exceptions import DownloadError, ModelsLabError
from airflow_provider_modelslab.saving.destination import check_destination
from tests.saving.helpers import content, result_of, save

if TYPE_CHECKING:
    from tests.saving.buckets import Bucket
    from tests.support.standin import StandIn

pytestmark = pytest.mark.usefixtures("fewer_starts")


def test_every_file_stands_byte_for_byte_in_the_bucket(standin: StandIn, bucket: Bucket) -> None:
    job = standin.add_job(files=["mp4:12000000", "jpg", "png"])
    saved = save(result_of(standin, job), check_destination(f"{bucket.uri}/faces/"))
    names = [f"{job}-0.mp4", f"{job}-1.jpg", f"{job}-2.png"]
    assert bucket.keys() == [f"faces/{job}/{name}" for name in (*names, "manifest.json")]
    assert [bucket.read(f"faces/{job}/{name}") for name in names] == [
        content(standin, job, n) for n in range(3)
    ]
    assert [each["uri"] for each in saved["files"]] == [f"{bucket.uri}/faces/{job}/{name}" for name in names]
    manifest = json.loads(bucket.read(f"faces/{job}/manifest.json"))
    assert [each["uri"] for each in manifest["files"]] == [each["uri"] for each in saved["files"]]
    assert "secret" not in json.dumps([saved, manifest])


def test_every_object_has_the_type_of_its_content_whatever_its_size(standin: StandIn, bucket: Bucket) -> None:
    job = standin.add_job(
        files=["mp4:12000000", "jpg", "png", "gif", "webp", {"kind": "jpg", "name": "no-end"}]
    )
    saved = save(result_of(standin, job), bucket.uri)
    names = {each["uri"].rpartition("/")[2]: each["content_type"] for each in saved["files"]}
    assert {name: bucket.content_type(f"{job}/{name}") for name in names} == names
    assert set(names.values()) == {"video/mp4", "image/jpeg", "image/png", "image/gif", "image/webp"}
    assert bucket.content_type(f"{job}/manifest.json") == "application/json"


def test_saved_again_nothing_is_transferred(standin: StandIn, bucket: Bucket) -> None:
    job = standin.add_job(files=["jpg", "png"])
    first = save(result_of(standin, job), bucket.uri)
    before = standin.stats()["requests"]
    assert save(result_of(standin, job), bucket.uri) == first
    assert standin.stats()["requests"] == before


def test_a_file_that_was_removed_from_the_bucket_is_saved_again(standin: StandIn, bucket: Bucket) -> None:
    job = standin.add_job()
    first = save(result_of(standin, job), bucket.uri)
    bucket.remove(f"{job}/{job}-0.jpg")
    assert save(result_of(standin, job), bucket.uri) == first
    assert bucket.read(f"{job}/{job}-0.jpg") == content(standin, job)


@pytest.mark.parametrize(("size", "cut_after"), [(3_000_000, 2_000_000), (12_000_000, 11_000_000)])
def test_a_cut_transfer_leaves_nothing_and_a_second_run_leaves_the_whole(
    standin: StandIn, bucket: Bucket, size: int, cut_after: int
) -> None:
    job = standin.add_job(files=[f"mp4:{size}"])
    number = standin.fault("download", cut_after=cut_after, no_range=True, times="always")
    with pytest.raises(DownloadError, match="cut"):
        save(result_of(standin, job), bucket.uri)
    gc.collect()
    assert bucket.keys() == []
    assert bucket.unfinished_uploads() == []
    standin.remove_fault(number)
    save(result_of(standin, job), bucket.uri)
    assert bucket.keys() == [f"{job}/{job}-0.mp4", f"{job}/manifest.json"]
    assert bucket.read(f"{job}/{job}-0.mp4") == content(standin, job)


def test_a_cut_transfer_leaves_an_older_file_as_it_was(standin: StandIn, bucket: Bucket) -> None:
    job = standin.add_job(files=["mp4:12000000"])
    save(result_of(standin, job), bucket.uri)
    standin.fault("download", cut_after=10_000_000, no_range=True, times="always")
    with pytest.raises(DownloadError, match="cut"):
        save(result_of(standin, job), bucket.uri, if_exists="overwrite")
    gc.collect()
    assert bucket.keys() == [f"{job}/{job}-0.mp4"]
    assert bucket.read(f"{job}/{job}-0.mp4") == content(standin, job)


def test_a_cut_transfer_that_can_be_resumed_is_continued_into_the_same_upload(
    standin: StandIn, bucket: Bucket
) -> None:
    job = standin.add_job(files=["mp4:12000000"])
    standin.fault("file", cut_after=9_000_000, times=2)
    save(result_of(standin, job), bucket.uri)
    assert bucket.read(f"{job}/{job}-0.mp4") == content(standin, job)
    assert standin.stats()["bytes_sent"] < 13_000_000


def test_a_file_that_changed_between_two_parts_is_begun_again(standin: StandIn, bucket: Bucket) -> None:
    job = standin.add_job(files=["mp4:12000000"])
    standin.fault("file", cut_after=9_000_000, replaced=True)
    file = save(result_of(standin, job), bucket.uri)["files"][0]
    data = bucket.read(f"{job}/{job}-0.mp4")
    assert data == content(standin, job)
    assert file["sha256"] == hashlib.sha256(data).hexdigest()


def test_a_bucket_that_is_gone_by_now_is_a_clear_error(standin: StandIn, bucket: Bucket) -> None:
    path = check_destination(bucket.uri)
    bucket.drop()
    job = standin.add_job()
    with pytest.raises(ModelsLabError, match=rf"Request {job}: .*could not be read or written"):
        save(result_of(standin, job), path)


def test_tasks_that_save_the_same_at_once_leave_one_whole_set(standin: StandIn, bucket: Bucket) -> None:
    job = standin.add_job(files=["mp4:12000000", "jpg"])
    result = result_of(standin, job)
    with ThreadPoolExecutor(3) as pool:
        saved = list(pool.map(lambda _: save(result, bucket.uri), range(3)))
    assert all(each == saved[0] for each in saved)
    assert bucket.keys() == [f"{job}/{job}-0.mp4", f"{job}/{job}-1.jpg", f"{job}/manifest.json"]
    assert bucket.read(f"{job}/{job}-0.mp4") == content(standin, job)
    assert bucket.unfinished_uploads() == []
    before = standin.stats()["requests"]
    assert save(result, bucket.uri) == saved[0]
    assert standin.stats()["requests"] == before
