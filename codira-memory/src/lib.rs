//! The reference backend: the contract, executed in memory.
