//! The list of clauses: each sentence of the contract, in its chapter, with the backends that it
//! says something of.

/// Hands the list of clauses to another macro. A new clause is a line here and a function of its
/// name in the chapter's file; without either of the two nothing compiles.
#[doc(hidden)]
#[macro_export]
macro_rules! __for_each_clause {
    ($then:path) => {
        $then! {
            always;
            sessions {
                only_one_session_is_open
                    "While a session is open, a second is refused at once with `SessionBusy`, naming the holder.";
                all_backends_of_a_repository_share_the_writer_lock (With Durable)
                    "While one backend value has a session open, every other of the same repository refuses one with `SessionBusy`.";
                dropping_a_session_changes_nothing
                    "Dropping a session changes no answer, and the writer lock is free before `drop` returns.";
                aborting_a_session_changes_nothing
                    "Aborting a session changes no answer, and the writer lock is free when `abort` returns.";
                committing_releases_the_writer_lock
                    "The writer lock is free when `commit` returns.";
                a_dropped_beginning_leaves_no_session
                    "A beginning whose future is dropped, at any await, leaves no session open.";
                a_dropped_put_leaves_nothing_half_done
                    "A put whose future is dropped, at any await, puts the whole file or nothing, and leaves the session usable.";
                a_dropped_call_happens_whole_or_not_at_all
                    "A call of a session whose future is dropped, at any await, happens whole or not at all, and leaves the session usable.";
                a_dropped_commit_publishes_all_or_nothing
                    "A commit whose future is dropped, at any await, publishes everything or nothing, and releases the writer lock.";
                memory_changes_no_answer
                    "However little memory a session is asked to use, it ends, and its commit gives the same answers.";
                a_session_owns_what_it_needs
                    "A session and a reader may be used, and the session committed, after their backend was dropped.";
                the_first_commit_is_number_one
                    "The first commit is number one, whatever its scope, and each further one counts one more.";
                an_empty_commit_is_a_commit
                    "A commit without changes is a commit.";
                full_scope_replaces_everything
                    "A session of full scope starts empty: files, inventory and embeddings it does not name are gone.";
                incremental_scope_replaces_what_it_names
                    "A session of incremental scope starts from the last commit and changes only what it names.";
                the_last_call_about_a_path_wins
                    "The order of calls does not matter, except that the last call about a path wins.";
                removing_an_unknown_path_succeeds
                    "Removing an unknown path succeeds.";
                a_session_sees_its_own_writes (With Embeddings)
                    "Questions to a session are answered with its own writes.";
                a_failed_call_leaves_the_session_usable
                    "An `Err` from a call leaves the session as it was before the call, and usable.";
                a_dropped_beginning_does_not_end_an_open_session
                    "A beginning that is refused, and dropped at any await, leaves the writer lock to the open session.";
                a_dropped_abort_ends_the_session
                    "An abort whose future is dropped, at any await, changes no answer and releases the writer lock.";
                sessions_and_readers_work_on_any_thread
                    "Sessions and readers may be used and ended on another thread and in another runtime than they began in, and dropped where there is none.";
                a_session_may_be_held_for_long
                    "A session keeps the writer lock and its writes, however many others are refused and however many readers are opened.";
                short_sessions_never_overlap
                    "However short sessions are and however many threads begin them, no two are open at once, and no commit is lost.";
                errors_name_the_index_and_the_holder
                    "`NotIndexed` and `SessionBusy` name the index, and a refusal names the program and the process of the holder.";
            }
            isolation {
                nothing_is_indexed_at_first
                    "Opening a reader where nothing was ever committed says `NotIndexed`, and creates nothing.";
                a_session_shows_nothing_before_its_commit
                    "What a session does is in no answer of a reader before its commit.";
                a_reader_shows_one_state_for_ever
                    "A reader shows the state of the last commit before it was opened, whatever is committed afterwards.";
                readers_never_wait_for_a_session
                    "Readers open and answer while a session is open.";
                readers_see_whole_commits
                    "A reader opened beside a writer sees one whole commit, and never an older one than was seen before.";
                reading_changes_no_byte (With Durable LocalFiles)
                    "Opening a reader and asking it changes no byte of the store and creates no file.";
                a_read_only_directory_can_be_read (With Durable LocalFiles)
                    "An index in a directory without permission to write can be read.";
                readers_answer_together_as_alone
                    "A reader that sixteen tasks ask at once gives each the answers that one gets alone, and so do ten readers that are opened together.";
                readers_never_wait_for_a_commit
                    "Readers open and answer while a large commit is written, and wait for none of it.";
                a_dropped_question_leaves_the_reader_usable
                    "A question whose future is dropped, at any await, leaves the reader usable, and its answers right.";
                a_dropped_opening_leaves_the_backend_usable
                    "An opening of a reader whose future is dropped, at any await, leaves the backend usable, for readers and sessions.";
            }
            processes {
                a_second_process_is_refused (With Durable)
                    "While a session is open in one process, a second is refused in every other at once with `SessionBusy`, naming the program and its process.";
                readers_never_wait_for_another_process (With Durable)
                    "Readers open and answer while a session is open in another process, and see nothing of it before its commit.";
                a_reader_keeps_its_state (With Durable)
                    "A reader shows the state that it opened, whatever other processes commit afterwards.";
                readers_and_writers_see_whole_commits (With Durable)
                    "Beside several writing processes, every reader of every process sees one whole commit, and never an older one than before; no commit is lost.";
                a_killed_process_releases_the_writer_lock (With Durable)
                    "The writer lock is free as soon as the process that held it was killed.";
                short_sessions_never_overlap (With Durable)
                    "However short sessions are and however many processes begin them, no two are open at once, and no commit is lost.";
                a_late_session_is_refused (WithTracer Durable LocalFiles)
                    "A process that is slow to take the writer lock is refused while a session is open, however many sessions ended meanwhile.";
                hundreds_of_sessions_leave_nothing_behind
                    "Hundreds of sessions and readers, however they end, leave no open file, thread or file behind, and one that is held meanwhile goes on.";
            }
            durability {
                commits_survive_reopening (With Durable)
                    "A commit is read by every process that opens the index after the one that made it has ended.";
                an_index_survives_moving (With Durable LocalFiles)
                    "An index that was moved to another directory gives the same answers, and sessions go on from it.";
                a_kill_between_steps_leaves_the_last_commit (With Durable)
                    "A session that is killed between any two of its calls leaves the last commit, complete and readable with no repair by hand, and the next session is right.";
                a_kill_during_a_commit_leaves_old_or_new (With Durable)
                    "A session that is killed at any moment of its work leaves the last commit or its own, whole, to readers that are open as to those that come, and the next session is right.";
                a_kill_during_the_first_session_leaves_nothing_or_all (With Durable)
                    "A process that is killed at any moment of the very first session leaves `NotIndexed` or the first commit, and the next session is right.";
                kills_leave_no_debris (With Durable LocalFiles)
                    "After a commit, the directory has as many files as if no session had ever been killed.";
                pending_rows_survive_kills (With Durable Embeddings)
                    "Whenever a process is killed that gives pending rows their vectors, each row is pending or has its vector, and none that a commit gave its vector is pending again.";
                a_power_cut_leaves_old_or_new (WithTracer Durable LocalFiles)
                    "A power cut at any moment, with unsynced writes lost or reordered as a disk may, leaves the last commit or the one that was being written, whole; none that returned is lost, and the next session is right.";
                a_failed_sync_is_reported_correctly (WithTracer Durable LocalFiles)
                    "Where the system fails to sync a file or a directory, a commit that says `Err` has published nothing, one that says `Ok` is the last, and the next session is right.";
                the_index_is_as_readable_as_other_files (With Durable LocalFiles)
                    "The files of an index can be read by the same users as other new files of the process that commits, in whichever way a commit is published.";
            }
            storing {
                a_file_reads_back_as_it_was_put
                    "A file reads back as it was put, for every value that the model can hold.";
                a_replaced_file_leaves_no_trace
                    "Putting a path again removes every trace of its former content from every answer.";
                a_removed_file_leaves_no_trace
                    "Removing a path removes every trace of its content from every answer.";
                files_share_no_identities
                    "Two files may have symbols and documentation units of the same ids.";
                a_file_that_breaks_a_rule_is_refused
                    "A file that breaks a rule is refused with `InvalidInput`, naming path and id; it leaves nothing behind, and what was there of the path stays.";
                inventories_read_back_as_written
                    "Inventories read back as last written, and change only with a commit.";
                totals_count_what_is_stored
                    "Totals count what is stored: each file, symbol, import, use, edge, documentation unit, issue and embedding once.";
                purging_removes_what_policy_skips
                    "Purging removes the documentation issues of languages that are not audited, says how many, and nothing else.";
                maintenance_is_counted_until_it_is_done
                    "Stale documentation issues are counted as maintenance until a session has purged them.";
                long_values_are_kept
                    "Texts of any length are kept and found by every byte: names, ids, paths, modules, languages, rules, documentation, sources, specs and the texts of pending rows.";
                one_changed_field_is_seen
                    "A file that is put again with one field changed is seen with that field changed, and no other, in every answer.";
                odd_paths_stay_apart
                    "Files stay apart whose paths are prefixes of one another, are alike, or order oddly, when they are put, removed and asked for.";
                a_path_holds_what_came_last
                    "A path holds the file that came last, of whatever languages the former ones were, and none where a removal came last.";
                inventories_are_replaced_whole
                    "An inventory replaces the former one whole, whether one session wrote both or two, and one that is refused replaces nothing.";
                issues_have_the_language_of_their_file
                    "Documentation issues are stale, purged or found by the language that their file has now, compared to the byte.";
            }
            asking {
                every_list_is_in_its_documented_order
                    "Every list is in its documented order, in whatever order files were put.";
                names_match_exactly
                    "Names match to the byte: case, Unicode form, wildcards, quotes, backslashes, the empty name and NUL count.";
                a_prefix_is_a_path_or_directory
                    "A prefix covers one file, or a directory with everything below it, and is never a prefix of text.";
                a_limit_gives_the_first
                    "Limit n gives the first n entries of the unlimited list; zero gives none.";
                an_answer_has_what_the_request_names
                    "Kind, owner, rule, minimum severity, language and spec narrow an answer to the entries that have them.";
                logical_names_lead_to_their_symbols
                    "A logical name leads to every symbol that has it, and each symbol names its own.";
                members_are_found_from_their_parent
                    "The children of a symbol are those that name it as parent; overloads share file, parent and name.";
                texts_are_found_as_whole_words
                    "A text is found in every line in which it occurs as whole words, with its first occurrence.";
                what_is_not_there_has_an_empty_answer
                    "A question about something that is not there has an empty answer, and is no error.";
                words_end_where_the_contract_says
                    "Words are made of letters, digits and underscores alone, and lines end with `\\n` or `\\r\\n` alone, whatever a text holds; every slice of a source is found where it occurs, in files as they are after the last commit.";
                a_huge_file_is_searched_to_its_end
                    "Every line of a file is searched, to its last byte, however many lines there are and however long one is.";
                narrowing_is_a_filter
                    "Whatever a request names, together with any prefix and limit, gives the first of those entries of the whole list that have it all.";
                answers_of_any_number
                    "An answer has all its entries, however many there are: of one file as of thousands.";
            }
            rules {
                edges_follow_the_rules_of_the_session
                    "Edges are those of the rules that the session brought.";
                other_rules_derive_anew
                    "A session with other rules than those of the last commit derives every edge anew, though no file is put.";
                a_session_without_commit_changes_no_rules
                    "A session that is dropped or aborted changes neither the edges nor the rules of the last commit.";
                the_inventory_names_the_rules
                    "The inventory names the rules of the last session that committed, by language, with their versions.";
                a_language_without_rules_stays_in_its_file
                    "In a language without rules, names are sought in their own file, and imports lead nowhere.";
                rules_are_shown_every_fact_in_order
                    "Rules are shown all that files offer under a key, however many they are, ordered by path, then fact.";
            }
            graph {
                edges_are_those_of_the_resolver
                    "Edges and import targets are those of the contract's resolver, applied to the stored files.";
                edges_follow_every_change
                    "Uses and imports that resolve, stop resolving or become ambiguous because another file changed are resolved again by the next commit.";
                deriving_early_changes_no_answer
                    "Bringing derived state up to date before the commit, however often, changes no answer.";
                each_edge_is_found_from_both_ends
                    "Each edge is found from both of its ends, once, with all its sites.";
                each_import_is_found_from_both_ends
                    "Each import is found from the file and the module that make it, and from those that it leads to; one that leads nowhere, from the module that it names.";
                every_end_filters_all_edges
                    "At each end are those of all edges that have it and no others, whatever else the text that is asked for is: an id, an alias, a logical name, a module, a path, the end of one.";
                every_end_filters_all_imports
                    "At each end are those of all imports that have it and no others, whatever else the text that is asked for is.";
                deriving_grows_with_the_change
                    "Work to derive grows with what changed and what refers to it, not with the repository.";
                edges_follow_each_fact
                    "Whichever fact of a file changes, alone or among others, undone before the commit or not, edges and imports are those of the files as they are.";
                edges_follow_changes_of_any_size
                    "A change of thousands of names, or of one that thousands of files use, is followed whole.";
            }
            embeddings {
                vectors_are_kept_bit_for_bit (With Embeddings)
                    "Vectors are kept bit for bit.";
                pending_rows_wait_until_they_are_stored (With Embeddings)
                    "A pending row is listed by spec and key until its vector is stored.";
                a_stale_vector_is_not_kept (With Embeddings)
                    "A vector is kept only where a pending row of its key and spec has its text; elsewhere it is counted as stale.";
                a_row_without_owner_is_refused (With Embeddings)
                    "A row queued for a key that no symbol or documentation unit has is refused with `InvalidInput`, naming the key; of those queued together, none is added.";
                a_text_keeps_its_vector_when_it_moves (With Embeddings)
                    "A session finds the vector of a text under a spec wherever it was stored: also in files that it replaced, removed, or dropped by its scope.";
                candidates_are_the_exact_top (With Embeddings)
                    "Candidates are the exact first by the contract's own scoring, ties by key, with its scores.";
                many_vectors_are_all_compared (With Embeddings)
                    "Among hundreds of vectors that hardly differ, of which some come, go and change, candidates are still the exact first.";
                small_numbers_decide (With Embeddings)
                    "A score counts every number of both vectors, however small it is beside the others.";
                another_dimension_is_refused (With Embeddings)
                    "A vector that has not the dimension of its spec is refused with `InvalidInput`, whether stored, naming its key, or asked with; of those stored together, none is kept.";
                specs_never_mix (With Embeddings)
                    "Vectors of different specs never meet in an answer.";
                pruning_removes_orphans (With Embeddings)
                    "Pruning removes the embeddings of every spec not in use, pending ones included, and says how many.";
                vectors_of_any_dimension_are_kept_and_compared (With Embeddings)
                    "Vectors of any dimension and precision are kept bit for bit and compared by all of their numbers.";
                equal_scores_are_cut_by_key (With Embeddings)
                    "Of candidates with equal scores a limit takes those with the lowest keys, and counts no owner of the other kind.";
                rows_are_what_the_last_call_left (With Embeddings)
                    "In whatever order files are put and removed, and rows queued and given their vectors, each row is what the last call about it left.";
                rows_by_the_thousand_are_all_kept (With Embeddings)
                    "Thousands of rows that are queued, stored and asked for in one call are all queued, stored, counted and found.";
                the_first_vector_for_a_row_counts (With Embeddings)
                    "Of two vectors for one row in one call the first is kept, and the second is stale, as the row is no longer pending.";
                a_session_finds_every_vector (With Embeddings)
                    "A session finds the vectors of all texts that are asked for, of the state before it and of what it has written so far, however many there are.";
            }
            refusals {
                what_a_backend_claims_never_changes
                    "What a backend says of itself is always the same: name, version, schema and capabilities.";
                embeddings_are_refused_when_not_claimed (Without Embeddings)
                    "Without the capability, every call about embeddings, and every file that carries some, is refused with `Unsupported`.";
            }
            failing {
                truncated_files_are_noticed (With Durable LocalFiles)
                    "Where a file of the index was cut short, at any length, opening or asking a reader says `Corrupt`, naming the index, or every answer is right.";
                foreign_files_are_noticed (With Durable LocalFiles)
                    "Where a file of the index was replaced by something else, or is missing, opening or asking a reader says `Corrupt`, naming the index, or every answer is right; without one file, but no more than one, it may say `NotIndexed`.";
                overwritten_bytes_cause_no_crash (With Durable LocalFiles)
                    "Where bytes of a file of the index were overwritten, opening and asking a reader gives answers, `Corrupt` or `SchemaMismatch`: never a crash, a hang or another failure.";
                a_full_session_replaces_what_is_unreadable (With Durable LocalFiles)
                    "Where a reader cannot open because of damage, an incremental session is refused with `Corrupt`; the commit of a full one replaces the index, says so, and its answers are right.";
                a_directory_in_the_way_is_an_error (With Durable LocalFiles)
                    "Where a directory has the path of a file of the index, no reader or session crashes or gives a wrong answer, errors name it, and once it is gone a full session succeeds.";
                no_space_keeps_the_last_commit (With Durable LocalFiles)
                    "A session for which there is no space fails with `NoSpace`, naming the index; the last commit stays, and the writer lock is released.";
                no_permission_keeps_the_last_commit (With Durable LocalFiles)
                    "In a directory without permission to write, a session is refused with `PermissionDenied`, naming the directory or what is in it; the last commit stays and can be read.";
                a_backend_value_outlives_damage (With Durable LocalFiles)
                    "A backend value under which the index was damaged, and replaced by a full session of its own, reads and writes on as a new one would.";
            }
            schemas {
                an_older_schema_is_migrated_by_a_session (WithStore Older)
                    "On an index of an older schema a reader says `SchemaMismatch`, naming both, and changes no byte; the commit of a session migrates it, and every answer is right.";
                a_kill_while_migrating_leaves_old_or_new (WithStore Older)
                    "A process that is killed at any moment of the session that migrates leaves the older index, as it was, or the migrated one, whole, and the next session is right.";
                a_newer_schema_is_left_alone (WithStore Newer)
                    "On an index of a newer schema readers and sessions say `SchemaMismatch`, naming both, and the index stays as it is.";
                another_version_of_the_same_schema_is_read (WithStore Same)
                    "An index of this schema that another version wrote is read, and its inventory names that version; sessions go on from it, and their commits name their own.";
            }
            history {
                every_small_history_matches_the_reference
                    "After each of all small histories, every answer is the reference's.";
                every_history_matches_the_reference
                    "After any history of sessions, every answer is the reference's.";
                a_large_history_matches_the_reference
                    "Thousands of files, symbols and embeddings are answered like few: as by the reference.";
                sessions_side_by_side_are_in_some_order
                    "What several writers and readers do and see side by side is what they would do and see in some order of whole commits, which agrees with the order in time.";
                incremental_equals_full
                    "After any history, every answer is that of one fresh full index of the same files.";
            }
        }
    };
}

/// The same of the clauses that judge the backend as the indexer uses it. Their sentences are
/// always there, their checks behind the feature `indexer` of this crate.
#[doc(hidden)]
#[macro_export]
macro_rules! __for_each_indexer_clause {
    ($then:path) => {
        $then! {
            indexer;
            warm {
                an_unchanged_repository_begins_no_session
                    "Indexing an unchanged repository begins no session.";
                an_unchanged_repository_writes_no_byte (With LocalFiles)
                    "Indexing an unchanged repository writes no byte of the store.";
                questions_of_a_warm_run_do_not_grow_with_files
                    "A run that changes nothing asks as many questions about ten files as about a hundred.";
                a_changed_file_is_put_alone
                    "A run after one file changed begins one session, and puts that file and no other.";
                stale_issues_ask_for_a_session
                    "Stale documentation issues ask for a session although no file changed, and are gone after it.";
                orphaned_embeddings_ask_for_a_session (With Embeddings)
                    "Embeddings of a spec that is not in use ask for a session although no file changed, and are gone after it.";
            }
            reuse {
                every_file_has_its_reason
                    "Every file of a run has its reason: new, changed, unchanged, of the same content, gone or failed.";
                another_backend_analyzes_everything
                    "Where another backend, version or schema wrote the index, every file is analyzed again, for that reason.";
                another_analyzer_reads_its_own_files
                    "Where an analyzer changed, its files are analyzed again, for that reason, and no others.";
                another_spec_costs_vectors_alone (With Embeddings)
                    "Where the spec of embeddings changed, vectors are made again, and no file is analyzed or put.";
            }
            told {
                stories_read_as_accepted
                    "Told histories of real source trees, indexed step by step, read as accepted from the reference.";
            }
        }
    };
}
