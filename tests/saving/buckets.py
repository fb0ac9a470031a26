"""A bucket seen from outside, by another client than the one under test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import boto3


@dataclass(frozen=True)
class Bucket:
    """A bucket on the test's S3 server.

    :param name: of the bucket
    :param uri: with the id of the Airflow connection, without a trailing slash
    """

    name: str
    uri: str
    client: Any

    @classmethod
    def create(cls, endpoint: str, name: str, conn_id: str) -> Bucket:
        client = boto3.client(
            "s3",
            endpoint_url=endpoint,
            region_name="us-east-1",
            aws_access_key_id="another",
            aws_secret_access_key="another",
        )
        client.create_bucket(Bucket=name)
        return cls(name, f"s3://{conn_id}@{name}", client)

    def keys(self) -> list[str]:
        return [each["Key"] for each in self.client.list_objects_v2(Bucket=self.name).get("Contents", [])]

    def unfinished_uploads(self) -> list[str]:
        return [
            each["Key"] for each in self.client.list_multipart_uploads(Bucket=self.name).get("Uploads", [])
        ]

    def read(self, key: str) -> bytes:
        return bytes(self.client.get_object(Bucket=self.name, Key=key)["Body"].read())

    def part_sizes(self, key: str) -> list[int]:
        """Sizes of the parts that an object was uploaded in, the last left out."""
        head = self.client.head_object(Bucket=self.name, Key=key, PartNumber=1)
        count = head.get("PartsCount", 1)
        return [
            self.client.head_object(Bucket=self.name, Key=key, PartNumber=number)["ContentLength"]
            for number in range(1, count)
        ]
