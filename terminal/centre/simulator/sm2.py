"""Verifying SM2 signatures (GB/T 32918.2), the curve of GB/T 32918.5, digest SM3; nothing secret is handled here."""

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SM3, Hash

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
USER_ID = b"1234567812345678"

Point = tuple[int, int]


def verify(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether ``signature`` (r and s of 32 bytes each, or DER) is that of ``message`` under the key 04 x y."""
    try:
        r, s = _parts(signature)
    except ValueError:
        return False
    t = (r + s) % N
    if not (0 < r < N and 0 < s < N and t):
        return False
    key = (int.from_bytes(public_key[1:33]), int.from_bytes(public_key[33:65]))
    point = _add(multiply(s, G), multiply(t, key))
    return point is not None and (int.from_bytes(digest(key, message)) + point[0]) % N == r


def digest(key: Point, message: bytes) -> bytes:
    """The digest that is signed: over the signer's identity, the curve, the key and the message."""
    fields = (A, B, *G, *key)
    identity = (len(USER_ID) * 8).to_bytes(2) + USER_ID + b"".join(value.to_bytes(32) for value in fields)
    return _sm3(_sm3(identity) + message)


def multiply(times: int, point: Point) -> Point | None:
    """A multiple of a point; None is infinity."""
    result: Point | None = None
    while times:
        if times & 1:
            result = _add(result, point)
        doubled = _add(point, point)
        assert doubled is not None  # noqa: S101
        point = doubled
        times >>= 1
    return result


def _add(one: Point | None, other: Point | None) -> Point | None:
    if one is None or other is None:
        return one or other
    (x1, y1), (x2, y2) = one, other
    if x1 == x2 and (y1 + y2) % P == 0:
        return None
    slope = (3 * x1 * x1 + A) * pow(2 * y1, -1, P) if one == other else (y2 - y1) * pow(x2 - x1, -1, P)
    x3 = (slope * slope - x1 - x2) % P
    return x3, (slope * (x1 - x3) - y1) % P


def _parts(signature: bytes) -> tuple[int, int]:
    if len(signature) == 64:
        return int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    return decode_dss_signature(signature)


def _sm3(data: bytes) -> bytes:
    state = Hash(SM3())
    state.update(data)
    return state.finalize()
