//! The demo beside codira's own stores, operation by operation: `cargo bench`.

use demo_backend::DemoBackend;

codira_benches::compare!("demo", |directory| DemoBackend::in_directory(directory));
