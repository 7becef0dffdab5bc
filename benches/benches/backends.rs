//! The first-party backends and the floors beneath them: `cargo bench -p codira-benches`.

use codira_benches::suite;
use criterion::Criterion;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    suite::bench_first_party(&mut criterion);
    criterion.final_summary();
}
