Files that stores and analyzers stumble over

=== Everything odd at once
--- write empty.py
--- write blank.py | open

--- write bom.py | bom
def marked(): ...

--- write windows.py | crlf
class Old:
    """First.

    Second."""

    def run(self):
        return self.run()

--- write open.py | open
def last(): return last()

--- write latin.py | latin1
def naïve(): ...

--- write binary.py | nul
def nothing(): ...

--- write ünï/çödé.py
"""Names that need more than ASCII."""

class Größe:
    étendue = 1

    def mesurer(self, 値):
        return self.mesurer(値) + größe()


def größe():
    # Python takes this for the same name in another form.
    return größe() if False else Größe.étendue

--- write it's a file/with some spaces & 100%.py
def spaced(): return spaced()

--- write dir/-dash_%.py
def starred(): ...

--- write twins/a.py
def twin(): return 1
def twin(): return 2
if twin:
    def twin(): return twin()

class Pair:
    def one(self): ...
    def one(self, more): return self.one()

--- write twins/b.py
def twin(): return 1
def twin(): return 2
if twin:
    def twin(): return twin()

class Pair:
    def one(self): ...
    def one(self, more): return self.one()

--- write names.rs
mod run {}
fn run() {}
struct Run;
impl Run { fn run(&self) { run() } }
macro_rules! run { () => { run() } }

--- write deep.py
def a():
    def b():
        def c():
            def d():
                class E:
                    def f(self):
                        def g():
                            class H:
                                def i(self):
                                    return a(b(c(d(E(self.i(g()))))))
                            return H
                        return g
                return E
            return d
        return c
    return b

--- write long.py | open, times 400
twice(1); twice(abs(2)); 

--- write broken.py
def whole(): return 1
def (:
class Half(:
    def kept(self): return whole()

--- write broken.rs
fn whole() {}
fn half( { whole();
struct

--- write broken.c
int whole(void) { return 0; }
int half(void) { return whole(; }
}}}

=== The odd ones are changed
--- change empty.py
+def no_longer(): ...
--- write bom.py
def marked(): ...

--- write windows.py
class Old:
    """First.

    Second."""

    def run(self):
        return self.run()

--- move it's a file/with some spaces & 100%.py -> it's a file/without (any).py
--- remove twins/a.py

=== What differs in case only is different
--- move twins/b.py -> twins/B.py
--- change broken.py
-def (:
-class Half(:
+class Half:

=== What was binary is text, and what was text is binary
--- write binary.py
def nothing(): ...

--- write open.py | nul
def last(): return last()
