//! What the DuckDB backend is called, and the engine that it will stand on.

/// The name by which it is configured.
pub const NAME: &str = "duckdb";

/// The file that holds the index, in the state directory.
pub const FILE_NAME: &str = "index.duckdb";
