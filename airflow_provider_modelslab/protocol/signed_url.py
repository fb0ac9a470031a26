"""What a URL names, without what signs it: another try of a task may have signed it anew."""

from __future__ import annotations

import re

# The parameters of S3, Google, CloudFront and Azure.
_SIGNATURE = re.compile(
    r"(x-(amz|goog)-.*|awsaccesskeyid|googleaccessid|signature|expires|policy|key-pair-id|token"
    r"|s[eiprstv]|sdd|ses|sig|sip|spr|srt|sk[esvt]|skoid|sktid)=.*",
    re.IGNORECASE,
)


def unsigned(text: str) -> str:
    """Return a URL without the parameters that sign it; anything else as it is.

    :param text: a URL, or a path
    """
    if not text.lower().startswith(("http://", "https://")):
        return text
    address, _, query = text.partition("?")
    named = [part for part in query.split("&") if part and not _SIGNATURE.fullmatch(part)]
    return "&".join([address, *named])
