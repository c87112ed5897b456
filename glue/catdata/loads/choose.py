"""Which loads a compaction merges: pure choice from the sizes and names of files."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from catdata.loads import layout
from catdata.storage import ObjectInfo


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a visible load: what its name says, and how large it is."""

    file: layout.DataFile
    key: str
    size: int


@dataclass(frozen=True, slots=True)
class Sizes:
    """What a sensible file is: its size in bytes, and how many small ones of a partition to merge."""

    target: int = 128 << 20
    min_files: int = 8

    def is_small(self, size: int) -> bool:
        """Return whether a file of that size is worth merging."""
        return size < self.target // 2


def stored_files(
    objects: Iterable[ObjectInfo], loads: Collection[str]
) -> dict[str, list[StoredFile]]:
    """Return the files of each of the loads, by load."""
    found: dict[str, list[StoredFile]] = defaultdict(list)
    for info in objects:
        file = layout.parse_data_file(info.key)
        if file is not None and file.load_id in loads:
            found[file.load_id].append(StoredFile(file, info.key, info.size))
    return found


def choose(
    files: Mapping[str, Sequence[StoredFile]], stale: Collection[str], sizes: Sizes
) -> list[list[str]]:
    """Return groups of loads to merge, each group with a load of its own.

    A load can be chosen when most of its files are small. It is chosen when one of its small files
    stands in a partition with at least `min_files` of them, or when it is stale: its files hold rows
    of objects that have moved on. Loads that share such a partition form one group.
    """
    candidates = [load for load in files if load in stale or _mostly_small(files[load], sizes)]
    small = {
        load: {f.key: f.file.partition for f in files[load] if sizes.is_small(f.size)}
        for load in candidates
    }
    crowd = Counter(partition for of in small.values() for partition in of.values())
    crowded = {partition for partition, count in crowd.items() if count >= sizes.min_files}
    places = {load: crowded & set(small[load].values()) for load in candidates}
    return _connected({load: at for load, at in places.items() if at or load in stale})


def _mostly_small(files: Sequence[StoredFile], sizes: Sizes) -> bool:
    return 2 * sum(sizes.is_small(f.size) for f in files) > len(files)


def _connected(places: Mapping[str, Collection[str]]) -> list[list[str]]:
    """Return the loads grouped so that loads of one place are in one group."""
    members: dict[str, list[str]] = defaultdict(list)
    for load, at in places.items():
        for place in at:
            members[place].append(load)
    groups, seen = [], set[str]()
    for first in sorted(places):
        if first in seen:
            continue
        seen.add(first)
        group, waiting = [], [first]
        while waiting:
            load = waiting.pop()
            group.append(load)
            for place in places[load]:
                new = [other for other in members.pop(place, ()) if other not in seen]
                seen.update(new)
                waiting += new
        groups.append(sorted(group))
    return groups
