"""How large a raw file may be in each respect; beyond these a file is refused with a sentence."""

MAX_COLUMNS = 4096
MAX_CELL = 1_000_000
"""Characters of one cell."""
MAX_LINE = 32 << 20
"""Bytes (or characters) of one record of a text file."""
MAX_IN_MEMORY = 512 << 20
"""Bytes of a file that its format forces into memory as a whole, after decompression."""
MAX_MEMBERS = 1000
"""Files in one zip archive."""
MAX_UNPACKED = 8 << 30
"""Bytes of one member of a zip archive, after decompression."""
MAX_RATIO = 200
"""Decompressed bytes for each compressed byte, for what is larger than RATIO_FROM."""
RATIO_FROM = 16 << 20
MAX_CELLS = 20_000_000
"""Cells of one sheet's rectangle, all held in memory: a single cell far away makes it huge."""
HEADER_WITHIN = 50
"""Rows from the top in which a header is looked for."""
