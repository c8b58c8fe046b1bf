"""Applies a git delta: how a pack says what differs between two objects. Pure."""


def applied(base: bytes, delta: bytes) -> bytes:
    """What a delta makes of its base. Raises ValueError or IndexError where they do not fit."""
    size, place = _size(delta, 0)
    if size != len(base):
        raise ValueError("the delta is of another base")
    size, place = _size(delta, place)
    parts: list[bytes] = []
    while place < len(delta):
        code = delta[place]
        place += 1
        if code & 128:
            start, place = _number(delta, place, code, 4)
            length, place = _number(delta, place, code >> 4 & 7, 3)
            parts.append(base[start : start + (length or 0x10000)])
        else:
            parts.append(delta[place : place + code])
            place += code
    content = b"".join(parts)
    if size != len(content):
        raise ValueError("the delta makes something else")
    return content


def _size(delta: bytes, place: int) -> tuple[int, int]:
    """A length in pieces of seven bits, and the place behind it."""
    byte = delta[place]
    size, shift = byte & 127, 7
    while byte & 128:
        place += 1
        byte = delta[place]
        size |= (byte & 127) << shift
        shift += 7
    return size, place + 1


def _number(delta: bytes, place: int, which: int, count: int) -> tuple[int, int]:
    """A number of which only the bytes that `which` names are there, and the place behind it."""
    value = 0
    for byte in range(count):
        if which >> byte & 1:
            value |= delta[place] << 8 * byte
            place += 1
    return value, place
