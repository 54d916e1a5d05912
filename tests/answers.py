"""All that an answer of the test client holds, also one that is written while it is read."""

from typing import Any

from asgiref.sync import async_to_sync


def content_of(response: Any) -> bytes:
    if not response.streaming:
        return bytes(response.content)
    if not response.is_async:
        return b"".join(response.streaming_content)

    async def read() -> bytes:
        return b"".join([piece async for piece in response.streaming_content])

    return async_to_sync(read)()
