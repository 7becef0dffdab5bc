A Python package that measures rivers, with relative imports, re-exports, overloads, decorators and docstrings

=== The package is indexed
--- write rivers/__init__.py
"""Levels and flows of rivers."""

from .gauge import Gauge, Reading
from .report import summary as summary

__all__ = ["Gauge", "Reading", "summary"]
__version__ = "2.1"

--- write rivers/units.py
"""Units of length and flow."""

from enum import Enum
from typing import overload

METRES_PER_FOOT = 0.3048


class Unit(Enum):
    """What a number counts."""

    METRE = "m"
    FOOT = "ft"


@overload
def to_metres(value: float, unit: Unit) -> float: ...
@overload
def to_metres(value: None, unit: Unit) -> None: ...
def to_metres(value, unit=Unit.METRE):
    """Return *value* in metres.

    Parameters
    ----------
    value : float or None
        The number, or nothing.
    unit : Unit
        What it counts.

    Returns
    -------
    float or None
    """
    if value is None:
        return None
    return value * METRES_PER_FOOT if unit is Unit.FOOT else value

--- write rivers/gauge.py
"""Gauges and what they read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property

from . import units
from .units import Unit, to_metres


@dataclass(frozen=True)
class Reading:
    """One reading of a gauge."""

    value: float
    unit: Unit = Unit.METRE

    def metres(self) -> float:
        """The reading in metres."""
        return to_metres(self.value, self.unit)


class Station:
    """A place at a river."""

    def __init__(self, name: str) -> None:
        self.name = name

    def describe(self) -> str:
        return f"station {self.name}"


class Gauge(Station):
    """A station that reads levels."""

    def __init__(self, name: str, *, zero: float = 0.0) -> None:
        super().__init__(name)
        self.zero = zero
        self._readings: list[Reading] = []

    @cached_property
    def highest(self) -> float:
        """The highest level so far."""
        return max(self.levels())

    @classmethod
    def from_json(cls, text: str) -> Gauge:
        data = json.loads(text)
        return cls(data["name"])

    def levels(self):
        """Every level above zero, in metres."""
        for reading in self._readings:
            yield reading.metres() - self.zero

    def describe(self) -> str:
        return super().describe() + self._suffix()

    def _suffix(self) -> str:
        assert units.METRES_PER_FOOT > 0
        if not self._readings:
            raise ValueError("nothing was read")
        return f", {len(self._readings)} readings"

--- write rivers/report.py
"""Reports for people."""

from rivers.gauge import Gauge

from .format import table


def summary(gauges: list[Gauge]) -> str:
    """One line for each gauge."""
    def line(gauge: Gauge) -> str:
        return gauge.describe()

    return table(map(line, gauges))

--- write tools/show.py
#!/usr/bin/env python3
import sys

import rivers
from rivers import Gauge
from rivers import summary as summarize


def main(argv):
    gauges = [Gauge.from_json(text) for text in argv]
    print(summarize(gauges))
    print(rivers.units.to_metres(1.0, rivers.units.Unit.FOOT))


if __name__ == "__main__":
    main(sys.argv[1:])

=== Nothing happens
=== The missing module `format` is written, and the import that waited for it leads there
--- write rivers/format.py
def table(lines):
    return "\n".join(lines)

=== A base class is renamed, and only one of its users follows
--- change rivers/gauge.py
-class Station:
+class Site:
-    """A place at a river."""
+    """A place at a river."""

=== The user follows
--- change rivers/gauge.py
-class Gauge(Station):
+class Gauge(Site):

=== A file breaks in the middle of an edit
--- change rivers/report.py
-def summary(gauges: list[Gauge]) -> str:
+def summary(gauges: list[Gauge) -> str:

=== It is repaired, with one more function
--- change rivers/report.py
-def summary(gauges: list[Gauge) -> str:
+async def loudest(gauges):
+    return max(gauges, key=Gauge.describe)
+
+
+def summary(gauges: list[Gauge]) -> str:

=== A module is renamed, and its importers still say the old name
--- move rivers/units.py -> rivers/measures.py

=== The importers follow
--- change rivers/gauge.py
-from . import units
-from .units import Unit, to_metres
+from . import measures as units
+from .measures import Unit, to_metres

=== The scripts are excluded, and a file is touched
--- exclude tools/
--- touch rivers/format.py

=== The analyzer of Python is upgraded
--- upgrade python

=== Everything is asked for
--- everything

=== The package is removed, file by file
--- remove rivers/__init__.py
--- remove rivers/gauge.py
--- remove rivers/report.py
--- remove rivers/measures.py
--- remove rivers/format.py
