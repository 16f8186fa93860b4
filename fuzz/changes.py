# SPDX-License-Identifier: BSD-3-Clause
"""Ways to change the bytes of a capture, for mutate.py: the same dice, the same changes."""

import struct

MAGIC = 4
EDGES = (0, 1, 2, 3, 4, 7, 8, 12, 16, 20, 28, 40, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
WORDS = {1: "B", 2: "H", 4: "I", 8: "Q"}


def place(data, dice):
    """Somewhere; the headers of the file as often as the rest."""
    end = min(len(data), 200) if dice.random() < 0.3 else len(data)
    return dice.randrange(end) if end else 0


def flip(data, dice):
    if data:
        data[place(data, dice)] ^= 1 << dice.randrange(8)


def replace(data, dice):
    if data:
        data[place(data, dice)] = dice.randrange(256)


def edge(data, dice):
    """A number at or near a limit."""
    size = dice.choice(list(WORDS))
    at = place(data, dice)
    value = (dice.choice(EDGES) + dice.choice((-1, 0, 0, 1))) % (1 << 8 * size)
    if at + size <= len(data):
        data[at : at + size] = struct.pack(dice.choice("<>") + WORDS[size], value)


def length_of_piece(dice):
    return min(dice.choice((1, 2, 4, 16, 24, 60, 300, 3000)), dice.randrange(1, 3001))


def cut(data, dice):
    at = place(data, dice)
    del data[at : at + length_of_piece(dice)]


def end_early(data, dice):
    del data[place(data, dice) :]


def double(data, dice):
    at = place(data, dice)
    data[at:at] = data[at : at + length_of_piece(dice)]


def move(data, dice):
    at, to, size = place(data, dice), place(data, dice), length_of_piece(dice)
    piece = data[at : at + size]
    data[to : to + len(piece)] = piece


def insert(data, dice):
    at = place(data, dice)
    data[at:at] = bytes(length_of_piece(dice)) if dice.random() < 0.3 else dice.randbytes(length_of_piece(dice))


def extend(data, dice):
    data.extend(dice.randbytes(length_of_piece(dice)))


def repeat(data, dice):
    """The same again behind it; in pcapng a second section."""
    if len(data) < 1 << 20:
        data.extend(bytes(data))


CHANGES = [flip, flip, replace, replace, edge, edge, edge, cut, end_early, double, move, insert, extend, repeat]


def changed(data, dice):
    bytes_changed = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 3, 5, 10, 50, 200))):
        dice.choice(CHANGES)(bytes_changed, dice)
    if dice.random() < 0.8:
        bytes_changed[:MAGIC] = data[:MAGIC]
    return bytes(bytes_changed)
