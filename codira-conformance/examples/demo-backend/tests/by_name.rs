//! The demo, chosen by name, serves the indexer: the example does what it says.

use std::{fs, path::Path};

#[path = "../examples/ask.rs"]
#[allow(dead_code)]
mod ask;

async fn ask(directory: &Path, name: &str) -> String {
    ask::index_and_ask(directory, name).await.unwrap()
}

#[tokio::test]
async fn a_directory_is_indexed_and_asked() {
    let directory = tempfile::tempdir().unwrap();
    let write = |file: &str, text: &str| fs::write(directory.path().join(file), text).unwrap();
    write("prices.py", "def price(item):\n    return len(item)\n");
    write("shop.py", "from prices import price\n\ndef total(items):\n    return sum(price(item) for item in items)\n");
    assert_eq!(
        ask(directory.path(), "price").await,
        "2 of 2 files analyzed\nprices.py:1 price\n    is called by shop.py#total\n"
    );
    assert!(directory.path().join(".codira/demo/HEAD").is_file());

    write("shop.py", "total = sum\n");
    assert_eq!(ask(directory.path(), "price").await, "1 of 2 files analyzed\nprices.py:1 price\n");
    assert_eq!(ask(directory.path(), "price").await, "0 of 2 files analyzed\nprices.py:1 price\n");
}
