A repository of several languages, with documentation in three formats, configuration and ignored files

=== The repository is indexed
--- write README.md
# Harbour

Keeps ships apart. See [the guide](docs/guide.rst).

## Install

```sh
pip install harbour
```

## Use

Call `harbour.berth` with the name of a ship.

### From C

Include `harbour.h`.

--- write docs/guide.rst
Guide
=====

How harbours work.

Berths
------

A berth is found by :func:`harbour.berth`.

Tides
-----

.. note:: There are two a day.

--- write docs/history.txt
HISTORY

1.0 The first harbour.

1.1 Ships of any length.

--- write LICENSE
Do what you like.

--- write pyproject.toml
[project]
name = "harbour"

--- write .gitignore
build/
*.log

--- write build/generated.py
def generated(): ...

--- write src/harbour/__init__.py
"""Berths for ships."""

from ._native import find


def berth(ship: str) -> int:
    """The number of the berth for *ship*."""
    return find(len(ship))

--- write src/harbour/_native.pyi
def find(length: int) -> int: ...

--- write native/harbour.c
#include "harbour.h"

int find(int length) { return length % BERTHS; }

--- write native/harbour.h
#define BERTHS 12
int find(int length);

--- write native/Cargo.toml
[package]
name = "harbour-native"

--- write native/src/main.rs
extern "C" {
    fn find(length: i32) -> i32;
}

/// Prints a berth.
fn main() {
    println!("{}", unsafe { find(7) });
}

--- write web/app.ts
export const berth = (ship: string) => ship.length;

--- write bin/berth | executable
#!/usr/bin/env python3
from harbour import berth

print(berth("Argo"))

--- write debug.log
nothing

=== A section is written, another one renamed
--- change README.md
-## Install
+## Installation
--- change docs/guide.rst
-Tides
------
+Storms
+------
+
+Stay in.
+
+Tides
+-----

=== The script loses its first line, so nobody claims it
--- change bin/berth
-#!/usr/bin/env python3
+# berths

=== What is built is no longer ignored, and the native part is excluded
--- change .gitignore
-build/
+dist/
--- exclude native/

=== The analyzer of Markdown is taken away
--- without markdown

=== Large files are skipped from now on
--- limit 100

=== The documentation is thrown away
--- remove docs/guide.rst
--- remove docs/history.txt
--- remove README.md
