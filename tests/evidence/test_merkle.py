"""The tree of hashes, against the published test tree of Certificate Transparency and a slow reading of RFC 6962."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from honnin.evidence.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency,
    home,
    inclusion,
    leaf_hash,
    peaks_of,
    root_from_path,
    tree_root,
    verify_consistency,
)

# The eight leaves of the reference tree that Certificate Transparency's own tests use, and its roots by size.
CT_LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
CT_PATHS = {  # (index from 0, size): audit path
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CT_CONSISTENCY = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


def grown(leaves):
    """Return the frontier over the leaves, and every kept node."""
    frontier, nodes = Frontier(), {}
    for leaf in leaves:
        frontier, made = frontier.append(leaf)
        nodes.update(made)
    return frontier, nodes


def fetch_from(nodes):
    return lambda wanted: {node: nodes[node] for node in wanted}


def slow_root(leaves):
    """Return the root as section 2.1 of the RFC writes it."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + slow_root(leaves[:split]) + slow_root(leaves[split:])).digest()


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_of_the_reference_tree(size):
    assert tree_root(map(leaf_hash, CT_LEAVES[:size])).hex() == CT_ROOTS[size - 1]


def test_the_empty_tree():
    assert tree_root([]) == EMPTY_ROOT
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(("index", "size"), CT_PATHS)
def test_audit_paths_of_the_reference_tree(index, size):
    _, nodes = grown(map(leaf_hash, CT_LEAVES[:size]))
    path = inclusion(index, size, fetch_from(nodes))
    assert [step.hex() for step in path] == CT_PATHS[index, size]
    assert root_from_path(leaf_hash(CT_LEAVES[index]), index, size, path).hex() == CT_ROOTS[size - 1]


@pytest.mark.parametrize(("old", "new"), CT_CONSISTENCY)
def test_consistency_of_the_reference_tree(old, new):
    _, nodes = grown(map(leaf_hash, CT_LEAVES[:new]))
    proof = consistency(old, new, fetch_from(nodes))
    assert [step.hex() for step in proof] == CT_CONSISTENCY[old, new]


LEAVES = st.lists(st.binary(min_size=0, max_size=6), min_size=1, max_size=70)


@given(LEAVES)
def test_root_as_the_rfc_writes_it(entries):
    leaves = [leaf_hash(entry) for entry in entries]
    assert tree_root(leaves) == slow_root(leaves)


@given(LEAVES, st.data())
def test_every_leaf_is_proven_in_every_larger_tree_and_nothing_else_is(entries, data):
    leaves = [leaf_hash(entry) for entry in entries]
    _, nodes = grown(leaves)
    size = data.draw(st.integers(1, len(leaves)))
    index = data.draw(st.integers(0, size - 1))
    path = inclusion(index, size, fetch_from(nodes))
    root = slow_root(leaves[:size])
    assert root_from_path(leaves[index], index, size, path) == root
    assert root_from_path(leaf_hash(b"another one!"), index, size, path) != root
    assert root_from_path(leaves[index], index, size, [*path, root]) is None  # longer than the tree is high
    if path:
        assert root_from_path(leaves[index], index, size, path[:-1]) != root
        changed = [bytes([path[0][0] ^ 1]) + path[0][1:], *path[1:]]
        assert root_from_path(leaves[index], index, size, changed) != root


@given(LEAVES, st.data())
def test_a_tree_that_only_grew_is_consistent_and_another_is_not(entries, data):
    leaves = [leaf_hash(entry) for entry in entries]
    _, nodes = grown(leaves)
    new = data.draw(st.integers(1, len(leaves)))
    old = data.draw(st.integers(1, new))
    proof = consistency(old, new, fetch_from(nodes))
    roots = slow_root(leaves[:old]), slow_root(leaves[:new])
    assert verify_consistency(old, new, *roots, proof)
    other = slow_root([leaf_hash(b"changed later"), *leaves[1:old]])
    assert not verify_consistency(old, new, other, roots[1], proof)
    assert not verify_consistency(old, new, *roots, [*proof, roots[0]])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3)])
def test_what_is_not_there_has_no_proof(index, size):
    with pytest.raises(ValueError, match="no such"):
        inclusion(index, size, fetch_from({}))
    assert root_from_path(b"", index, size, []) is None


@given(st.integers(1, 200))
def test_a_node_is_made_when_the_leaf_it_is_kept_with_comes_in(size):
    frontier, nodes = Frontier(), {}
    for number in range(size):
        frontier, made = frontier.append(leaf_hash(bytes([number])))
        assert [node for node, _ in made] == [(level, number >> level) for level in range(len(made))]
        assert {home(node) for node, _ in made} == {number}
        nodes.update(made)
    assert frontier.peaks == tuple(nodes[node] for node in peaks_of(size))
