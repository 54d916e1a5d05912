"""Trees, signed notes and checkpoints hold against vectors that others have published."""

import pytest

from hosts.audit.notes import NoteError, Signer, Verifier, open_note
from hosts.audit.tree import Tree, leaf_hash

# RFC 6962's reference leaves and roots, as github.com/transparency-dev/merkle has them.
LEAVES = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
# The key and the note of golang.org/x/mod/sumdb/note.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
PETERS_SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
BY_PETER = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
BY_ENOCH = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
# Two checkpoints of the public log of Go's modules.
SUMDB = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
SUMDB_NOTES = {
    31700353: "go.sum database tree\n31700353\nqINS1GRFhWHwdkUeqLEoP4yEMkTBBzxBkGwGQlVlVcs=\n\n— sum.golang.org "
    "Az3grnmrIUEDFqHzAElIQCPNoRFRAAdFo47fooyWKMHb89k11GJh5zHIfNCOBmwn/C3YI8oW9/C8DJ87F61QqspBYwM=\n",
    65209736: "go.sum database tree\n65209736\n5+uGFjx6xBZG8ip1+wi77v+grwbhhukIrxEUS8PXvRo=\n\n— sum.golang.org "
    "Az3grnbssgK7ubgFX36gVETtNv0U23qxyAhAMai2QUfeGa3nB/akvkMdlUErfcZz7l/R3cVtYspg3dxXABkGZZKdsQ8=\n",
}


def test_roots_are_those_of_the_reference() -> None:
    tree, found = Tree(), []
    for leaf in (*LEAVES, None):
        found.append(tree.root().hex())
        if leaf is not None:
            tree.add(leaf_hash(bytes.fromhex(leaf)))
    assert tuple(found) == ROOTS


def test_a_note_is_signed_as_by_the_reference() -> None:
    signer = Signer.parse(PETERS_SECRET)
    assert str(signer.verifier) == PETER
    assert signer.sign(TEXT) == f"{TEXT}\n{BY_PETER}"
    assert "AYEK" not in repr(signer)


def test_known_signatures_count_and_unknown_ones_do_not() -> None:
    peter, enoch = Verifier.parse(PETER), Verifier.parse(ENOCH)
    for verifiers in ([peter], [enoch], [peter, enoch]):
        assert open_note(f"{TEXT}\n{BY_PETER}{BY_ENOCH}", verifiers) == TEXT
    with pytest.raises(NoteError, match="another key"):
        open_note(f"{TEXT}\n{BY_PETER}", [enoch])
    with pytest.raises(NoteError, match="wrong"):
        open_note(f"{TEXT.replace('If', 'Of')}\n{BY_PETER}", [peter])


@pytest.mark.parametrize(
    "note",
    [
        TEXT,
        f"{TEXT}\n",
        f"{TEXT}\n{BY_PETER[:-1]}",
        f"\x01{TEXT}\n{BY_PETER}",
        f"\ufffd{TEXT}\n{BY_PETER}",
        f"{TEXT}\n{BY_PETER.replace('PeterNeumann', 'Bad Name')}",
        f"{TEXT}\n{BY_PETER}Unexpected line.\n",
        f"{TEXT}\n{BY_PETER * 101}",
        f"{TEXT}\n{BY_PETER[:60]}ABCD{BY_PETER[60:]}",
    ],
)
def test_what_the_reference_refuses_is_refused(note: str) -> None:
    with pytest.raises(NoteError):
        open_note(note, [Verifier.parse(PETER)])


@pytest.mark.parametrize("parse", [(Verifier.parse, PETER), (Signer.parse, PETERS_SECRET)], ids=["public", "secret"])
def test_a_mangled_key_is_refused(parse: tuple[type, str]) -> None:
    read, key = parse
    mangled = {key[start:end] for start in range(len(key)) for end in range(start + 1, len(key) + 1)} - {key}
    mangled |= {key[:at] + chr(ord(key[at]) + 1) + key[at + 1 :] for at in range(len(key))}
    for one in mangled:
        with pytest.raises(NoteError):
            read(one)


def test_keys_of_another_kind_or_length_are_refused() -> None:
    for key in (
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ):
        with pytest.raises(NoteError):
            Verifier.parse(key)
