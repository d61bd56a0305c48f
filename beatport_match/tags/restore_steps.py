"""Steps that make the old file from the new one, so that an undo restores every byte.

A step is either `[start, length]`, which copies bytes of the new file, or bytes in base64. The
audio is the same in both files and is always copied. Of the tags, longer equal pieces (such as
pictures) are copied too, so the steps of a file take some hundred bytes.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import IO, TypeAlias

from beatport_match.tags.audio_part import AudioPart, UnwritableFileError, gaps, pieces, size_of

RestoreStep: TypeAlias = tuple[int, int] | str

# A shorter equal piece saves little space, and the search for it takes too long.
_BLOCK_BYTES = 128
# ID3 tags can have 256 MB; with pictures, real tags have up to some megabytes.
MAX_GAP_BYTES = 256 * 2**20


def steps_from(
    old: IO[bytes], old_part: AudioPart, new: IO[bytes], new_part: AudioPart
) -> list[RestoreStep]:
    """Return the steps that make the old file from the new one; both have the same audio."""
    found: list[tuple[int, int] | bytes] = []
    audio = [*new_part.ranges, (size_of(new), size_of(new))]
    old_gaps, new_gaps = gaps(old_part, size_of(old)), gaps(new_part, size_of(new))
    for old_gap, new_gap, audio_range in zip(old_gaps, new_gaps, audio, strict=True):
        for step in _gap_steps(_content(old, old_gap), _content(new, new_gap)):
            is_literal = isinstance(step, bytes)
            found.append(step if is_literal else (step[0] + new_gap[0], step[1]))
        found.append((audio_range[0], audio_range[1] - audio_range[0]))
    return [
        base64.b64encode(one).decode() if isinstance(one, bytes) else one for one in _joined(found)
    ]


def restored(new: IO[bytes], steps: Sequence[RestoreStep], max_bytes: int) -> Iterator[bytes]:
    """Yield the bytes of the old file in pieces.

    Raises:
        UnwritableFileError: The steps do not fit the file, or give more than `max_bytes`.
        ValueError: A step is not base64.
    """
    for step in steps:
        found: Iterable[bytes]
        if isinstance(step, str):
            found = [base64.b64decode(step, validate=True)]
        else:
            found = pieces(new, step[0], step[0] + step[1])
        for piece in found:
            max_bytes -= len(piece)
            if max_bytes < 0:
                raise UnwritableFileError("the backup has more bytes than the old file had")
            yield piece


def _gap_steps(old: bytes, new: bytes) -> Iterator[tuple[int, int] | bytes]:
    start = _equal_at_start(old, new)
    end = _equal_at_end(old[start:], new[start:])
    yield 0, start
    yield from _middle_steps(old[start : len(old) - end], new[start : len(new) - end], start)
    yield len(new) - end, end


def _middle_steps(old: bytes, new: bytes, offset: int) -> Iterator[tuple[int, int] | bytes]:
    """Look for each block of the old bytes in the new ones, and extend each block that is found."""
    done = position = 0
    while position + _BLOCK_BYTES <= len(old):
        place = new.find(old[position : position + _BLOCK_BYTES])
        if place < 0:
            position += _BLOCK_BYTES
            continue
        before = _equal_at_end(old[done:position], new[:place])
        after = _equal_at_start(old[position:], new[place:])
        yield old[done : position - before]
        yield offset + place - before, before + after
        done = position = position + after
    yield old[done:]


def _equal_at_start(one: bytes, other: bytes) -> int:
    """Return how many bytes at the start are equal."""
    return _longest(min(len(one), len(other)), lambda count: one[:count] == other[:count])


def _equal_at_end(one: bytes, other: bytes) -> int:
    """Return how many bytes at the end are equal."""
    limit = min(len(one), len(other))
    return _longest(limit, lambda count: one[len(one) - count :] == other[len(other) - count :])


def _longest(limit: int, is_equal: Callable[[int], bool]) -> int:
    """Return the largest count up to `limit` that is equal; smaller counts are equal too."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if is_equal(middle) else (low, middle - 1)
    return low


def _joined(steps: Sequence[tuple[int, int] | bytes]) -> list[tuple[int, int] | bytes]:
    """Join neighbouring steps, and leave out empty ones."""
    found: list[tuple[int, int] | bytes] = []
    for step in steps:
        last = found[-1] if found else None
        if isinstance(step, bytes):
            if isinstance(last, bytes):
                found[-1] = last + step
            elif step:
                found.append(step)
        elif step[1]:
            if isinstance(last, tuple) and sum(last) == step[0]:
                found[-1] = last[0], last[1] + step[1]
            else:
                found.append(step)
    return found


def _content(file: IO[bytes], gap: tuple[int, int]) -> bytes:
    if gap[1] - gap[0] > MAX_GAP_BYTES:
        raise UnwritableFileError("its tags are too large")
    return b"".join(pieces(file, *gap))
