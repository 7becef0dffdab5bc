A library whose documentation is audited and embedded, in three languages, with a queue, another model and another policy

=== Python is audited, and texts wait for their vectors
--- audit python
--- embed deferred by short
--- write tides/__init__.py
"""Tides by the hour."""

--- write tides/height.py
"""Heights of the water."""


def at(hour, place):
    """Return the height at *hour*.

    Parameters
    ----------
    hour : int
        Since midnight.
    moon : float
        Is no parameter.
    """
    if hour < 0:
        raise ValueError("there is no such hour")
    return place.mean + hour


def low(place):
    return at(6, place)


class Place:
    """A place on the shore."""

    mean = 2.5

    def rename(self, name):
        """Give it another name."""
        self.name = name

--- write src/lib.rs
//! Tides, in Rust.

/// Returns the height at `hour`.
pub fn at(hour: u32) -> Result<f64, String> {
    if hour > 24 { Err("there is no such hour".to_owned()) } else { Ok(f64::from(hour)) }
}

pub fn undocumented() {}

--- write c/tide.h
/** Returns the height of the water.
 *  @param hour since midnight
 *  @param moon is no parameter */
double tide_at(int hour, int place);

--- write README.md
# Tides

The height of the water, by the hour.

## Units

Metres, always.

=== What waits is worked off
--- work off

=== A function is documented, another one goes, and the texts that stay keep their vectors
--- change tides/height.py
-def low(place):
-    return at(6, place)
+def high(place):
+    """Return the highest water of a day."""
+    return at(12, place)
--- work off

=== A file moves, and its vectors with it
--- move tides/height.py -> tides/level.py

=== Rust and C are audited too
--- audit python rust c

=== Another model, at once
--- embed now by long

=== Python is audited no more, and no file changes
--- audit rust c

=== Nothing is embedded
--- embed off by long

=== Nothing is audited
--- audit
