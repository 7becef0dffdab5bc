//! The demo beside codira's own stores, operation by operation: `cargo bench`.

codira_benches::compare!("demo", |directory| demo_backend::in_directory(directory));
