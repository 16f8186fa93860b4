# SPDX-License-Identifier: BSD-3-Clause
"""As much of a 64-bit little-endian ELF file (System V ABI, gABI 4.1) as tells how a program was built."""

import struct

ET_DYN = 3
PT_LOAD, PT_DYNAMIC = 1, 2
PT_GNU_STACK, PT_GNU_RELRO, PT_GNU_PROPERTY = 0x6474E551, 0x6474E552, 0x6474E553
PF_X, PF_W = 1, 2
SHT_SYMTAB, SHT_STRTAB, SHT_NOBITS, SHT_DYNSYM = 2, 3, 8, 11
DT_RPATH, DT_TEXTREL, DT_RUNPATH, DT_FLAGS, DT_FLAGS_1 = 15, 22, 29, 30, 0x6FFFFFFB
DF_TEXTREL, DF_BIND_NOW, DF_1_NOW, DF_1_PIE = 4, 8, 1, 0x08000000
EM_X86_64 = 62
NT_GNU_PROPERTY_TYPE_0 = 5
X86_FEATURES, X86_SHADOW_STACK = 0xC0000002, 2


class Elf:
    def __init__(self, data):
        if data[:6] != b"\x7fELF\x02\x01":
            raise ValueError("not a 64-bit little-endian ELF file")
        self.data = data
        self.kind, self.machine = struct.unpack_from("<HH", data, 16)
        segments_at, sections_at = struct.unpack_from("<QQ", data, 32)
        segment_size, segments, section_size, sections, names = struct.unpack_from("<HHHHH", data, 54)
        # type, flags, offset, address, (physical), size in the file
        self.segment_places = [segments_at + i * segment_size for i in range(segments)]
        rows = [struct.unpack_from("<IIQQQQ", data, place) for place in self.segment_places]
        self.segments = [(row[0], row[1], row[2], row[5]) for row in rows]
        self.sections = [struct.unpack_from("<IIQQQQII", data, sections_at + i * section_size) for i in range(sections)]
        self.section_names = self.sections[names][4]

    def text_at(self, offset):
        return self.data[offset : self.data.index(b"\0", offset)].decode(errors="replace")

    def segment_flags(self, kind):
        """The flags of every segment of a kind."""
        return [flags for found, flags, _, _ in self.segments if found == kind]

    def content(self, kind):
        """The bytes of the first segment of a kind."""
        return next((self.data[at : at + size] for found, _, at, size in self.segments if found == kind), b"")

    def section(self, name):
        """The bytes of a section."""
        for section in self.sections:
            if section[1] != SHT_NOBITS and self.text_at(self.section_names + section[0]) == name:
                return self.data[section[4] : section[4] + section[5]]
        return b""

    def dynamic(self):
        """{tag: value} of the dynamic section; a tag that comes twice has one of its values."""
        return dict(struct.iter_unpack("<QQ", self.content(PT_DYNAMIC)))

    def symbols(self, kind):
        """(name, section number, address) of a symbol table: SHT_SYMTAB or SHT_DYNSYM."""
        for section in self.sections:
            if section[1] != kind:
                continue
            names = self.sections[section[6]][4]
            for name, _, _, number, address, _ in struct.iter_unpack(
                "<IBBHQQ", self.data[section[4] : section[4] + section[5]]
            ):
                yield self.text_at(names + name), number, address

    def imports(self):
        return {name for name, number, _ in self.symbols(SHT_DYNSYM) if number == 0}

    def code_of(self, function, length):
        """The first bytes of a function; none without it or without a symbol table."""
        for name, number, address in self.symbols(SHT_SYMTAB):
            if name == function and number:
                _, _, _, base, at, *_ = self.sections[number]
                return self.data[address - base + at :][:length]
        return b""

    def x86_features(self):
        """The bits of GNU_PROPERTY_X86_FEATURE_1_AND (x86-64 psABI)."""
        notes, at = self.content(PT_GNU_PROPERTY), 0
        while at + 16 <= len(notes):
            name_size, size, kind = struct.unpack_from("<III", notes, at)
            at += 12 + (name_size + 3 & ~3)
            inner, end = at, at + size
            while kind == NT_GNU_PROPERTY_TYPE_0 and inner + 8 <= end:
                feature, length = struct.unpack_from("<II", notes, inner)
                if feature == X86_FEATURES:
                    return struct.unpack_from("<I", notes, inner + 8)[0]
                inner += 8 + (length + 7 & ~7)
            at = end
        return 0
