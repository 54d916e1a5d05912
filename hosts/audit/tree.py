"""The Merkle tree of RFC 6962 over SHA-256, as the few nodes that are needed to add leaves and to tell the root."""

from __future__ import annotations

from hashlib import sha256

_LEAF, _NODE = b"\x00", b"\x01"


def leaf_hash(entry: bytes) -> bytes:
    return sha256(_LEAF + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(_NODE + left + right).digest()


class Tree:
    """Grows by one leaf at a time; keeps one hash for each bit that is set in its size."""

    def __init__(self) -> None:
        self.size = 0
        # The roots of the complete subtrees, the largest first.
        self._peaks: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        node, size = leaf, self.size
        while size & 1:
            node = node_hash(self._peaks.pop(), node)
            size >>= 1
        self._peaks.append(node)
        self.size += 1

    def root(self) -> bytes:
        if not self._peaks:
            return sha256().digest()
        *rest, root = self._peaks
        for left in reversed(rest):
            root = node_hash(left, root)
        return root
