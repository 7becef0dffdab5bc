//! `report [--sizes N,N] [--tree DIR]... [--rounds N] [--out DIR]`: measures the backends that are
//! compiled in, and the floors beneath them, on made repositories of growing size and on real
//! trees; writes tables and plots. `report --figures FILE` writes them anew, of figures that were
//! taken before.

use codira_indexer::BackendRegistry;

codira_benches::report!(BackendRegistry::first_party());
