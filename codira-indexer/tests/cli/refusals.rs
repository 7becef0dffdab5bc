//! What is wrong, said with the name of the thing, the remedy and the right status.

use insta::assert_snapshot;

use crate::support::{Repo, commands};

#[test]
fn nothing_found_is_status_one() {
    let repo = Repo::indexed();
    for (args, note) in [
        (&["sym", "nobody"][..], "note: no symbol is called `nobody`\n"),
        (&["sym", "Cart", "--kind", "trait"], "note: no symbol is called `Cart`\n"),
        (&["symlist", "--prefix", "nowhere"], "note: there is no such symbol\n"),
        (&["calls", "nobody"], "note: no symbol is called `nobody`\n"),
        (&["calls", "price_of", "--prefix", "tools"], "note: `price_of` calls nothing\n"),
        (&["calls", "main", "--incoming", "--prefix", "shop"], "note: nothing calls `main`\n"),
        (&["calls", "nobody", "--tree"], "note: no symbol is called `nobody`\n"),
        (&["refs", "nobody"], "note: no symbol is called `nobody`\n"),
        (&["imports", "nobody"], "note: `nobody` is no module or file that imports anything\n"),
        (&["imports", "nobody", "--incoming"], "note: nothing imports `nobody`\n"),
        (&["docs", "nowhere"], "note: no documentation has any of these words\n"),
    ] {
        let run = repo.run(args);
        assert_eq!((run.status, &*run.stdout, &*run.stderr), (1, "", note), "{args:?}");
        assert_eq!(repo.run(&[args, &["--quiet"]].concat()).stderr, "", "{args:?}");
    }
    let run = repo.run(&["sym", "nobody", "--json", "--quiet"]);
    assert_eq!(
        (run.status, &*run.stdout),
        (1, "{\"schema\":1,\"command\":\"sym\",\"answers\":[],\"more\":false,\"suggestions\":[]}\n")
    );
}

#[test]
fn a_question_without_an_index_says_how_to_make_one() {
    let repo = Repo::tour();
    assert_snapshot!("no_index", repo.run(&["sym", "Cart"]));
    assert!(!repo.path().join(".codira").exists(), "asking makes nothing");
}

#[test]
fn the_repository() {
    let repo = Repo::tour();
    assert_snapshot!("no_such_path", repo.run(&["index", "nowhere"]));
    assert_snapshot!("file_for_path", repo.run(&["index", "shop/cart.py"]));
    assert_snapshot!("no_such_path_of_a_question", repo.run(&["sym", "Cart", "--path", "nowhere"]));
}

#[test]
fn the_backend() {
    let repo = Repo::tour();
    assert_snapshot!("unknown_backend", repo.run(&["index", "--backend", "sqlight"]));
    assert!(!repo.path().join(".codira").exists(), "nothing was made");
    let mut command = repo.command(&["sym", "Cart"]);
    command.env("CODIRA_INDEX_BACKEND", "oracle");
    assert_snapshot!("unknown_backend_of_a_variable", repo.finish(command));
}

#[test]
fn the_configuration() {
    let repo = Repo::tour();
    repo.write(".codira/config.toml", "[backend]\nname = \"sqlite\"\n\n[index]\nmax_filesize = 1\n");
    assert_snapshot!("unknown_key", repo.run(&["index"]));
    repo.write(".codira/config.toml", "[index]\njobs = 0\n");
    assert_snapshot!("wrong_value", repo.run(&["sym", "Cart"]));
    repo.write(".codira/config.toml", "[index\n");
    assert_snapshot!("no_toml", repo.run(&["config"]));
    repo.write(".codira/config.toml", "[embeddings]\nengine = \"lexicle\"\n");
    assert_snapshot!("unknown_engine", repo.run(&["emb", "price"]));
}

#[test]
fn the_arguments() {
    let repo = Repo::indexed();
    assert_snapshot!("outside", repo.run(&["sym", "Cart", "--prefix", "../elsewhere"]));
    assert_snapshot!("absolute", repo.run(&["symlist", "--prefix", "/etc"]));
    assert_snapshot!("no_name", repo.run(&["sym"]));
    assert_snapshot!("unknown_kind", repo.run(&["sym", "Cart", "--kind", "clas"]));
    assert_snapshot!("unknown_command", repo.run(&["symbol", "Cart"]));
    assert_snapshot!("dot_as_json", repo.run(&["calls", "main", "--dot", "--json"]));
    assert_snapshot!("no_jobs", repo.run(&["index", "--jobs", "0"]));
    assert_eq!(repo.run(&[]).status, 2);
}

#[test]
fn help_is_no_failure() {
    let repo = Repo::empty();
    for command in commands() {
        let run = repo.run(&[&command, "--help"]);
        assert_eq!((run.status, &*run.stderr), (0, ""));
        assert!(run.stdout.contains("Example") && run.stdout.contains(&format!("codira {command}")), "{}", run.stdout);
    }
    assert_snapshot!("help", repo.run(&["--help"]));
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let repo = Repo::indexed();
    for args in [&["symlist"][..], &["symlist", "--json"], &["calls", "main", "--dot"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = repo.command(args);
        let output = command.stdout(writer).stderr(std::process::Stdio::piped()).spawn().unwrap().wait_with_output().unwrap();
        assert_eq!((output.status.code(), &*output.stderr), (Some(0), &b""[..]), "{args:?}");
    }
}

#[test]
fn backends_and_configuration_are_listed() {
    let repo = Repo::indexed();
    repo.write(".codira/config.toml", "[index]\nexclude = [\"native/\"]\njobs = 1\n");
    let mut run = repo.run(&["config", "--backend", "oracle"]);
    run.stdout = run
        .stdout
        .lines()
        .filter(|line| line.starts_with("index.") || line.starts_with("backend.name"))
        .fold(String::new(), |lines, line| lines + line + "\n");
    assert_snapshot!("config", run);
    let run = repo.run(&["backends", "--backend", "oracle"]);
    assert_eq!(run.status, 0);
    assert!(run.stdout.contains("\thas the index\n"), "{}", run.stdout);
    assert!(run.stdout.ends_with("oracle: unknown, and chosen by --backend\n"), "{}", run.stdout);
    let run = repo.run(&["backends"]);
    assert!(run.stdout.contains("\tchosen by default, has the index\n"), "{}", run.stdout);
}

#[test]
fn plugins_are_listed_by_kind() {
    let listed = Repo::empty().found(&["plugins"]);
    let lines: Vec<&str> = listed.lines().collect();
    let kinds: Vec<&str> = lines.iter().filter_map(|line| line.split(' ').next()).collect();
    assert!(
        kinds.is_sorted_by_key(|kind| ["backend", "language", "rules", "auditor", "engine"].iter().position(|it| it == kind))
    );
    for line in ["backend sqlite: codira-sqlite 0.1.0\t", "engine lexical: codira-indexer 1\t"] {
        assert!(lines.contains(&line), "{listed}");
    }
    let model = lines.iter().find(|line| line.starts_with("engine model: ")).unwrap();
    let remark = "not compiled in: build with the feature `model`";
    assert_eq!(model.ends_with(remark), cfg!(not(feature = "model")), "{model}");
}
