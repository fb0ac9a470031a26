"""Buckets and containers seen from outside, by other clients than those under test."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any
from urllib.parse import quote

import requests

TIMEOUT = 30


class Bucket(ABC):
    """An empty bucket (or container) on one of the tests' servers, made for one test.

    :param scheme: of its URI
    :param conn_id: id of the Airflow connection that leads to the server
    :param name: of the bucket
    """

    def __init__(self, scheme: str, conn_id: str, name: str) -> None:
        self.name = name
        self.uri = f"{scheme}://{conn_id}@{name}"

    def keys(self) -> list[str]:
        """The names of all objects."""
        return sorted(self.sizes())

    @abstractmethod
    def sizes(self) -> dict[str, int]:
        """The names of all objects, and their sizes."""

    @abstractmethod
    def read(self, key: str) -> bytes:
        """An object's bytes."""

    @abstractmethod
    def content_type(self, key: str) -> str:
        """What the store says that an object is."""

    @abstractmethod
    def remove(self, key: str) -> None:
        """Delete an object."""

    @abstractmethod
    def drop(self) -> None:
        """Delete the bucket itself."""

    @abstractmethod
    def exists(self, name: str) -> bool:
        """Say whether there is a bucket of this name."""

    @abstractmethod
    def unfinished_uploads(self) -> list[str]:
        """The names of uploads that were begun, and neither completed nor given up."""


class S3Bucket(Bucket):
    def __init__(self, endpoint: str, conn_id: str, name: str) -> None:
        import boto3

        super().__init__("s3", conn_id, name)
        self.client = boto3.client(
            "s3",
            endpoint_url=endpoint,
            region_name="us-east-1",
            aws_access_key_id="another",
            aws_secret_access_key="another",
        )
        self.client.create_bucket(Bucket=name)

    def sizes(self) -> dict[str, int]:
        found = self.client.list_objects_v2(Bucket=self.name).get("Contents", [])
        return {each["Key"]: each["Size"] for each in found}

    def read(self, key: str) -> bytes:
        return bytes(self.client.get_object(Bucket=self.name, Key=key)["Body"].read())

    def content_type(self, key: str) -> str:
        return str(self.client.head_object(Bucket=self.name, Key=key)["ContentType"])

    def remove(self, key: str) -> None:
        self.client.delete_object(Bucket=self.name, Key=key)

    def drop(self) -> None:
        self.client.delete_bucket(Bucket=self.name)

    def exists(self, name: str) -> bool:
        return name in [each["Name"] for each in self.client.list_buckets()["Buckets"]]

    def unfinished_uploads(self) -> list[str]:
        found = self.client.list_multipart_uploads(Bucket=self.name).get("Uploads", [])
        return [each["Key"] for each in found]

    def part_sizes(self, key: str) -> list[int]:
        """Sizes of the parts that an object was uploaded in, the last left out."""
        head = self.client.head_object(Bucket=self.name, Key=key, PartNumber=1)
        count = head.get("PartsCount", 1)
        return [
            self.client.head_object(Bucket=self.name, Key=key, PartNumber=number)["ContentLength"]
            for number in range(1, count)
        ]


class AzureContainer(Bucket):
    def __init__(self, connection_string: str, conn_id: str, name: str) -> None:
        from azure.storage.blob import BlobServiceClient

        super().__init__("abfs", conn_id, name)
        self._service = BlobServiceClient.from_connection_string(connection_string)
        self._client: Any = self._service.create_container(name)

    def sizes(self) -> dict[str, int]:
        return {each.name: each.size for each in self._client.list_blobs()}

    def read(self, key: str) -> bytes:
        return bytes(self._client.download_blob(key).readall())

    def content_type(self, key: str) -> str:
        return str(self._client.get_blob_client(key).get_blob_properties().content_settings.content_type)

    def remove(self, key: str) -> None:
        self._client.delete_blob(key)

    def drop(self) -> None:
        self._client.delete_container()

    def exists(self, name: str) -> bool:
        return name in [each.name for each in self._service.list_containers()]

    def unfinished_uploads(self) -> list[str]:
        """None: blocks cannot be taken back. They are seen nowhere, and Azure drops them after a week."""
        return []


class GcsBucket(Bucket):
    def __init__(self, endpoint: str, conn_id: str, name: str) -> None:
        super().__init__("gs", conn_id, name)
        self._endpoint = endpoint
        self._buckets = f"{endpoint}/storage/v1/b"
        self._call("POST", self._buckets, json={"name": name})

    def _call(self, method: str, url: str, **more: Any) -> requests.Response:
        response = requests.request(method, url, timeout=TIMEOUT, **more)
        response.raise_for_status()
        return response

    def _object(self, key: str) -> str:
        return f"{self._buckets}/{self.name}/o/{quote(key, safe='')}"

    def sizes(self) -> dict[str, int]:
        found = self._call("GET", f"{self._buckets}/{self.name}/o").json().get("items", [])
        return {each["name"]: int(each["size"]) for each in found}

    def read(self, key: str) -> bytes:
        return self._call("GET", self._object(key), params={"alt": "media"}).content

    def content_type(self, key: str) -> str:
        return str(self._call("GET", self._object(key)).json()["contentType"])

    def remove(self, key: str) -> None:
        self._call("DELETE", self._object(key))

    def drop(self) -> None:
        self._call("DELETE", f"{self._buckets}/{self.name}")

    def exists(self, name: str) -> bool:
        return name in [each["name"] for each in self._call("GET", self._buckets).json()["items"]]

    def unfinished_uploads(self) -> list[str]:
        ids = self._call("GET", f"{self._endpoint}/unfinished").json()
        return [each.split(":")[1] for each in ids if each.startswith(f"{self.name}:")]
