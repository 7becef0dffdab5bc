//! C.
//!
//! **Includes.** `#include "a.h"` is the file of that path in the directory of the including file;
//! else the only file of the repository whose path ends with it. `#include <a.h>` is the latter,
//! unless C or POSIX has such a header. Several such files leave the include unresolved; none
//! makes it external. What a file includes, directly or not, is *in reach*.
//!
//! **Names** are global. A name resolves to the first of these: the function of that name in the
//! file or in reach; where a prototype is in reach, the only function of that name in the
//! repository that is not `static`, else the prototype; the macro in reach; any other global name
//! in reach. In each rank the file goes before its reach; two candidates of one rank leave the
//! name unresolved. A `static` function is seen in its file and where that file is included.
//!
//! A name that nothing in the repository declares is the system's, when a header of the system is
//! in reach.

use codira_contracts::{
    EdgeTarget, ExternalKind, FileAnalysis, Import, ImportKind, ImportTarget, Language, RepoPath, SymbolKey, SymbolKind,
    UseForm, UseRecord, Visibility,
};
use rustc_hash::{FxHashMap, FxHashSet};

use super::LANGUAGE;
use crate::engine::{
    Binding, Content, Definition, FileRules, Found, Known, LanguageNames, Offers, Symbols, Unknown, World, relative,
};

/// The resolution rules of C.
pub(crate) struct Names;

impl LanguageNames for Names {
    const LANGUAGE: Language = LANGUAGE;
    const VERSION: &'static str = "1";

    fn offers(path: &RepoPath, analysis: &FileAnalysis, symbols: &Symbols<'_>) -> Offers {
        offers(path, analysis, symbols)
    }

    fn rules<'a>(
        path: &'a RepoPath,
        analysis: &'a FileAnalysis,
        _symbols: &'a Symbols<'a>,
        world: &mut World<'a>,
    ) -> impl FileRules {
        C::new(path, analysis, world)
    }
}

/// The scope of every global name.
const NAMES: &str = "c://names";

/// The scope of files by their last component.
const FILES: &str = "c://files";

/// How many files are followed from one file.
const MAX_REACH: usize = 2000;

/// The headers of C23 and POSIX.1-2024, and those of Linux and Windows that hide behind plain
/// names; sorted.
#[rustfmt::skip]
const SYSTEM_HEADERS: &[&str] = &[
    "aio.h", "arpa/inet.h", "assert.h", "complex.h", "cpio.h", "ctype.h", "devctl.h", "dirent.h", "dlfcn.h", "endian.h",
    "errno.h", "fcntl.h", "fenv.h", "float.h", "fmtmsg.h", "fnmatch.h", "ftw.h", "glob.h", "grp.h", "iconv.h",
    "inttypes.h", "iso646.h", "langinfo.h", "libgen.h", "libintl.h", "limits.h", "locale.h", "malloc.h", "math.h",
    "monetary.h", "mqueue.h", "ndbm.h", "net/if.h", "netdb.h", "netinet/in.h", "netinet/tcp.h", "nl_types.h", "poll.h",
    "pthread.h", "pwd.h", "regex.h", "sched.h", "search.h", "semaphore.h", "setjmp.h", "signal.h", "spawn.h",
    "stdalign.h", "stdarg.h", "stdatomic.h", "stdbit.h", "stdbool.h", "stdckdint.h", "stddef.h", "stdint.h", "stdio.h",
    "stdlib.h", "stdnoreturn.h", "string.h", "strings.h", "stropts.h", "sys/epoll.h", "sys/file.h", "sys/ioctl.h",
    "sys/ipc.h", "sys/mman.h", "sys/msg.h", "sys/param.h", "sys/resource.h", "sys/select.h", "sys/sem.h", "sys/shm.h",
    "sys/socket.h", "sys/stat.h", "sys/statvfs.h", "sys/time.h", "sys/times.h", "sys/types.h", "sys/uio.h", "sys/un.h",
    "sys/utsname.h", "sys/wait.h", "syslog.h", "tar.h", "termios.h", "tgmath.h", "threads.h", "time.h", "uchar.h",
    "unistd.h", "utime.h", "utmpx.h", "wchar.h", "wctype.h", "windows.h", "winsock2.h", "wordexp.h",
];

/// The facts that a C file offers.
fn offers(path: &RepoPath, analysis: &FileAnalysis, symbols: &Symbols<'_>) -> Offers {
    let mut offers = Offers::default();
    let is_include = |import: &&Import| matches!(import.kind, ImportKind::LocalInclude | ImportKind::SystemInclude);
    let includes = analysis.imports.iter().filter(is_include).map(Into::into).collect();
    offers.add(FILES, path.file_name(), Content::Includes(includes), true);
    for symbol in &analysis.symbols {
        let Some(symbol) = symbols.get(&symbol.id) else { continue };
        let parent = symbol.parent.as_ref().and_then(|parent| symbols.get(parent));
        // The values of an enumeration are names like any other.
        if parent.is_none() || symbol.kind == SymbolKind::EnumMember {
            offers.add(NAMES, &*symbol.name, Content::Definition(symbol.into()), true);
        }
    }
    offers
}

/// Where an include leads.
enum Include<'a> {
    Inside(&'a RepoPath, &'a [Binding]),
    Outside,
    Ambiguous,
}

/// What the includes of a file bring into its reach.
struct Reach<'a> {
    files: FxHashSet<&'a RepoPath>,
    has_system: bool,
}

/// The rules of a C file.
struct C<'w, 'a> {
    path: &'a RepoPath,
    analysis: &'a FileAnalysis,
    world: &'w mut World<'a>,
    reach: Option<Reach<'a>>,
    found: FxHashMap<String, Option<EdgeTarget>>,
}

impl<'w, 'a> C<'w, 'a> {
    /// The rules for the file at `path`.
    fn new(path: &'a RepoPath, analysis: &'a FileAnalysis, world: &'w mut World<'a>) -> Self {
        let mut rules = Self { path, analysis, world, reach: None, found: FxHashMap::default() };
        rules.reach = rules.find_reach().ok();
        rules
    }

    /// Where an include of the file at `from` leads.
    fn include(&mut self, from: &RepoPath, kind: ImportKind, text: &str) -> Known<Include<'a>> {
        let is_local = kind == ImportKind::LocalInclude;
        if !is_local && SYSTEM_HEADERS.binary_search(&text).is_ok() {
            return Ok(Include::Outside);
        }
        let name = text.rsplit('/').next().unwrap_or_default();
        let files = self.world.ask(FILES, name)?.iter().filter_map(|offered| match offered.content {
            Content::Includes(includes) => Some((offered.path, &**includes)),
            _ => None,
        });
        let local = relative(from.parent().unwrap_or_default(), text);
        if is_local && let Some((path, includes)) = files.clone().find(|(path, _)| Some(*path) == local.as_ref()) {
            return Ok(Include::Inside(path, includes));
        }
        let tail = text.rsplit_once("../").map_or(text, |(_, tail)| tail).trim_start_matches("./");
        let ends_so =
            |path: &RepoPath| path.as_str().strip_suffix(tail).is_some_and(|before| before.is_empty() || before.ends_with('/'));
        let mut found = files.filter(|(path, _)| !tail.is_empty() && ends_so(path));
        Ok(match (found.next(), found.next()) {
            (None, _) => Include::Outside,
            (Some((path, includes)), None) => Include::Inside(path, includes),
            _ => Include::Ambiguous,
        })
    }

    /// Follows the includes of the file. All of one depth are asked for at once.
    fn find_reach(&mut self) -> Known<Reach<'a>> {
        let mut reach = Reach { files: FxHashSet::from_iter([self.path]), has_system: false };
        let own = self.analysis.imports.iter().map(|import| (self.path, import.kind, &*import.module));
        let mut next: Vec<(&RepoPath, ImportKind, &str)> = own.collect();
        while !next.is_empty() {
            let mut deeper = Vec::new();
            let mut known = Ok(());
            for (from, kind, text) in next {
                if reach.files.len() > MAX_REACH || !matches!(kind, ImportKind::LocalInclude | ImportKind::SystemInclude) {
                    continue;
                }
                match self.include(from, kind, text) {
                    Ok(Include::Inside(path, includes)) if reach.files.insert(path) => {
                        deeper.extend(includes.iter().map(|include| (path, include.kind, &*include.module)));
                    }
                    Ok(Include::Outside) => reach.has_system = true,
                    Ok(_) => {}
                    Err(unknown) => known = Err(unknown),
                }
            }
            known?;
            next = deeper;
        }
        Ok(reach)
    }

    /// What a name resolves to in this file.
    fn named(&mut self, name: &str) -> Known<Option<EdgeTarget>> {
        if name.starts_with("__builtin_") {
            return Ok(Some(EdgeTarget::External { kind: ExternalKind::Builtin, name: name.to_owned() }));
        }
        let offered = self.world.ask(NAMES, name);
        let reach = self.reach.as_ref().ok_or(Unknown)?;
        // In the file itself, then in what it includes.
        let mut functions = [Found::Nothing, Found::Nothing];
        let mut prototypes = functions.clone();
        let mut macros = functions.clone();
        let mut others = functions.clone();
        let mut anywhere = Found::Nothing;
        let mut is_declared = false;
        for offered in offered?.iter() {
            let Content::Definition(Definition { id, kind, visibility, .. }) = offered.content else { continue };
            let symbol = (offered.path, id);
            let is_shared = *visibility != Visibility::Private;
            is_declared |= is_shared;
            if *kind == SymbolKind::Function && is_shared {
                anywhere.add(symbol);
            }
            if reach.files.contains(offered.path) {
                is_declared = true;
                let rank = usize::from(offered.path != self.path);
                match kind {
                    SymbolKind::Function => functions[rank].add(symbol),
                    SymbolKind::Prototype => prototypes[rank].add(symbol),
                    SymbolKind::Macro => macros[rank].add(symbol),
                    _ => others[rank].add(symbol),
                }
            }
        }
        if !is_declared {
            let external = EdgeTarget::External { kind: ExternalKind::System, name: name.to_owned() };
            return Ok(reach.has_system.then_some(external));
        }
        // A function that is declared is the one that is defined, wherever; two declarations are
        // no two functions.
        let is_declared_only = prototypes.iter().any(|found| !found.is_nothing());
        let defined = if is_declared_only { anywhere } else { Found::Nothing };
        let candidates = functions.into_iter().chain([defined]).chain(prototypes).chain(macros).chain(others);
        let best = candidates.into_iter().find(|found| !found.is_nothing());
        Ok(match best {
            Some(Found::One((path, id))) => Some(EdgeTarget::Resolved(SymbolKey { path: path.clone(), id: id.clone() })),
            _ => None,
        })
    }
}

impl FileRules for C<'_, '_> {
    fn target(&mut self, record: &UseRecord) -> Known<Option<EdgeTarget>> {
        if !matches!(record.form, UseForm::Path | UseForm::Macro) || record.text.is_empty() {
            return Ok(None);
        }
        if let Some(target) = self.found.get(&record.text) {
            return Ok(target.clone());
        }
        let target = self.named(&record.text)?;
        self.found.insert(record.text.clone(), target.clone());
        Ok(target)
    }

    fn import(&mut self, import: &Import) -> Known<ImportTarget> {
        if !matches!(import.kind, ImportKind::LocalInclude | ImportKind::SystemInclude) {
            return Ok(ImportTarget::Unresolved);
        }
        Ok(match self.include(self.path, import.kind, &import.module)? {
            Include::Inside(path, _) => ImportTarget::Resolved(path.clone()),
            Include::Outside => ImportTarget::External,
            Include::Ambiguous => ImportTarget::Unresolved,
        })
    }
}
