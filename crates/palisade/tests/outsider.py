"""Verifies a ledger as somebody outside does who has only the specifications:
signed-note, tlog-checkpoint, tlog-tiles, tlog-cosignature and tlog-proof of C2SP, RFC 6962,
RFC 9162, RFC 8032.

    outsider.py [--pure] [--witness VKEY NOTE] VKEY DIR PROOF...

reads `checkpoint` and `tile/` in DIR and proof files, checks the signature, the root that the
tiles give, and that each proof holds, and prints the size, the root, and what was proved.
`--witness` checks that a checkpoint in the file NOTE, of a tree that DIR begins with, is cosigned
with the key, and prints its size and the time. `--pure` uses no library for signatures.
"""

import base64
import hashlib
import os
import sys


def sha256(data):
    return hashlib.sha256(data).digest()


def b64(text):
    data = base64.b64decode(text, validate=True)
    require(base64.b64encode(data).decode() == text, "base64 that is not canonical")
    return data


def require(holds, what):
    if not holds:
        sys.exit("not verified: " + what)


# Ed25519, RFC 8032, section 6.

P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)


def point_add(a, b):
    e = (a[1] - a[0]) * (b[1] - b[0]) % P
    f = (a[1] + a[0]) * (b[1] + b[0]) % P
    g = 2 * a[3] * b[3] * D % P
    h = 2 * a[2] * b[2] % P
    e, f, g, h = f - e, h - g, h + g, f + e
    return (e * f, g * h, f * g, e * h)


def point_mul(scalar, point):
    sum_ = (0, 1, 1, 0)
    while scalar > 0:
        if scalar & 1:
            sum_ = point_add(sum_, point)
        point = point_add(point, point)
        scalar >>= 1
    return sum_


def point_equal(a, b):
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def recover_x(y, sign):
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if x2 == 0:
        return None if sign else 0
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P != 0:
        x = x * ROOT_OF_MINUS_1 % P
    if (x * x - x2) % P != 0:
        return None
    return P - x if (x & 1) != sign else x


def point(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = recover_x(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def ed25519_pure(key, message, signature):
    a, r = point(key), point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= Q:
        return False
    digest = hashlib.sha512(signature[:32] + key + message).digest()
    h = int.from_bytes(digest, "little") % Q
    return point_equal(point_mul(s, BASE), point_add(r, point_mul(h, a)))


def ed25519(pure):
    if not pure:
        try:
            from cryptography.exceptions import InvalidSignature
            from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        except ImportError:
            return ed25519_pure

        def verify(key, message, signature):
            try:
                Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
                return True
            except InvalidSignature:
                return False

        return verify
    return ed25519_pure


# Signed notes and checkpoints.


def parse_vkey(vkey, algorithm=1):
    name, key_id, key = vkey.split("+", 2)
    data = b64(key)
    require(data[0] == algorithm and len(data) == 33, "the key is not one of Ed25519")
    expected = sha256(name.encode() + b"\n" + data)[:4]
    require(bytes.fromhex(key_id) == expected, "the key id is another key's")
    return name, expected, data[1:]


def open_checkpoint(note, vkey, verify):
    name, key_id, key = vkey
    text, _, signatures = note.rpartition(b"\n\n")
    text += b"\n"
    signed = False
    for line in signatures.decode().splitlines():
        dash, signer, data = line.split(" ")
        require(dash == "\u2014", "a line among the signatures is not one")
        data = b64(data)
        if signer == name and data[:4] == key_id:
            require(verify(key, text, data[4:]), "the signature of the checkpoint")
            signed = True
    require(signed, "the checkpoint is not signed with this key")
    origin, size, root = text.decode().split("\n")[:3]
    require(origin == name, "the checkpoint is of another log")
    require(str(int(size)) == size, "the size of the checkpoint is not a number")
    return int(size), b64(root)


def cosigned_at(note, witness, verify):
    name, key_id, key = witness
    text, _, signatures = note.rpartition(b"\n\n")
    for line in signatures.decode().splitlines():
        _, signer, data = line.split(" ")
        data = b64(data)
        if signer == name and data[:4] == key_id:
            time = int.from_bytes(data[4:12], "big")
            message = b"cosignature/v1\ntime %d\n" % time + text + b"\n"
            require(verify(key, message, data[12:]), "the signature of the witness")
            return time
    sys.exit("not verified: the witness has not cosigned")


# The tree.


def leaf_hash(data):
    return sha256(b"\0" + data)


def node_hash(left, right):
    return sha256(b"\1" + left + right)


def tree_hash(hashes):
    if not hashes:
        return sha256(b"")
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return node_hash(tree_hash(hashes[:k]), tree_hash(hashes[k:]))


def tile_path(level, index, width):
    parts = ["%03d" % (index % 1000)]
    while index >= 1000:
        index //= 1000
        parts.insert(0, "x%03d" % (index % 1000))
    path = "tile/%d/%s" % (level, "/".join(parts))
    return path if width == 256 else "%s.p/%d" % (path, width)


def read_level(folder, level, count):
    hashes = []
    for index in range((count + 255) // 256):
        width = min(256, count - index * 256)
        path = tile_path(level, index, width)
        with open(os.path.join(folder, path), "rb") as file:
            data = file.read()
        require(len(data) == width * 32, path + " has another length")
        hashes += [data[i : i + 32] for i in range(0, len(data), 32)]
    return hashes


def read_tree(folder, size):
    """The hashes of all leaves; every tile above them is what they give."""
    leaves = read_level(folder, 0, size)
    level, hashes = 0, leaves
    while len(hashes) >= 256:
        full = len(hashes) // 256
        expected = [tree_hash(hashes[i * 256 : (i + 1) * 256]) for i in range(full)]
        level += 1
        hashes = read_level(folder, level, full)
        require(hashes == expected, "the tiles of level %d" % level)
    return leaves


# Proofs that stand alone.


def includes(leaf, index, size, path, root):
    """RFC 9162, section 2.1.3.2."""
    if index >= size:
        return False
    fn, sn, r = index, size - 1, leaf
    for p in path:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while fn != 0 and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == root


def check_proof(proof, vkey, verify):
    head, _, note = proof.partition(b"\n\n")
    lines = head.decode().split("\n")
    require(lines.pop(0) == "c2sp.org/tlog-proof@v1", "the proof is not a tlog-proof")
    require(lines[0].startswith("extra "), "the proof comes without its record")
    leaf = b64(lines.pop(0)[len("extra ") :])
    require(lines[0].startswith("index "), "the proof has no index")
    index = int(lines.pop(0)[len("index ") :])
    size, root = open_checkpoint(note, vkey, verify)
    path = [b64(line) for line in lines]
    require(includes(leaf_hash(leaf), index, size, path, root), "the proof does not hold")
    return index, leaf


def main():
    arguments = sys.argv[1:]
    pure = arguments[0] == "--pure"
    arguments = arguments[1:] if pure else arguments
    witness = arguments[0] == "--witness"
    if witness:
        _, witness, witnessed, *arguments = arguments
    vkey, folder, *proofs = arguments
    verify, vkey = ed25519(pure), parse_vkey(vkey)
    with open(os.path.join(folder, "checkpoint"), "rb") as file:
        size, root = open_checkpoint(file.read(), vkey, verify)
    leaves = read_tree(folder, size)
    require(tree_hash(leaves) == root, "the root that the tiles give")
    print(size, base64.b64encode(root).decode())
    if witness:
        with open(witnessed, "rb") as file:
            note = file.read()
        size, root = open_checkpoint(note, vkey, verify)
        require(tree_hash(leaves[:size]) == root, "the root that the witness has seen")
        print("witnessed", size, cosigned_at(note, parse_vkey(witness, 4), verify))
    for path in proofs:
        with open(path, "rb") as file:
            index, leaf = check_proof(file.read(), vkey, verify)
        require(leaf_hash(leaf) == leaves[index], "the record is not the one in the tiles")
        print(index, base64.b64encode(leaf_hash(leaf)).decode(), leaf.decode())


main()
