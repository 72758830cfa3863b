//! The conformance suite: what every store promises, as cases that run against a fresh, empty one.
//!
//! An adapter's crate has one line in its tests, and the test runner shows one test for each case:
//!
//! ```
//! use membership_testkit::Adapter;
//!
//! async fn make_store() -> Adapter {
//!     Adapter::in_memory()
//! }
//!
//! membership_testkit::conformance_tests!(make_store);
//! # fn main() {}
//! ```
//!
//! `make_store` may also give an `Option<Adapter>`: `None` skips, for a database that is not there. After each case
//! every [invariant](membership_core::invariants) must hold in every tenant, and its audit, replayed, must give its tables.

mod access;
mod audit;
mod branding;
mod commit;
mod crowd;
mod department;
mod find;
mod import;
mod isolation;
mod journey;
mod lists;
mod lock;
mod mail;
mod members;
mod outbox;
mod owner;
mod race;
mod read_back;
mod recognition;
mod refused;
mod representative;
mod rows;
mod session;
mod tally;
mod traces;
mod transfer;
mod tree;

use std::pin::Pin;

use membership_core::invariants;

use crate::{Adapter, Failure, bed};

/// What a case comes to. A promise that is not kept panics with what was seen.
pub type Outcome = Result<(), Failure>;

/// One case.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// Its name: the group and what it shows.
    pub name: &'static str,
    run: fn(Adapter) -> Pin<Box<dyn Future<Output = Outcome> + Send>>,
}

impl Case {
    /// Runs the case on `adapter`, which is empty, and checks every invariant and every audit afterwards. Needs a tokio runtime; with
    /// several threads it sees more.
    pub async fn run(&self, adapter: Adapter) -> Outcome {
        (self.run)(adapter.clone()).await?;
        for tenant in adapter.directory.tenants().await? {
            let world = adapter.directory.world(tenant).await?.ok_or("a tenant that is listed has no world")?;
            let now = world.audit.last().map(|record| record.at).unwrap_or_default();
            assert_eq!(invariants::check(&world, now), [], "after {}", self.name);
            assert_eq!(bed::differences(&world)?, [""; 0], "after {}, of what the audit says", self.name);
        }
        Ok(())
    }
}

/// Runs the case of this name on a runtime of its own; see [`conformance_tests!`](crate::conformance_tests).
pub fn run<F>(name: &str, make: impl FnOnce() -> F) -> Outcome
where
    F: Future<Output: Into<Option<Adapter>>>,
{
    let case = all().into_iter().find(|case| case.name == name).ok_or("there is no such case")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build()?;
    runtime.block_on(async {
        match make().await.into() {
            Some(adapter) => case.run(adapter).await,
            None => Ok(()),
        }
    })
}

/// The one list of cases: a case that is missing here is dead code, and the compiler says so.
#[doc(hidden)]
#[macro_export]
macro_rules! conformance_cases {
    ($then:path, $($argument:tt)*) => {
        $then! { ($($argument)*)
            journey {
                set_up_happens_once
                one_of_many_set_ups_wins
                a_person_is_invited_and_joins
                an_invitation_that_is_handed_over_makes_a_member
                ten_people_are_invited_or_none
                a_person_with_an_account_joins_a_second_tenant
            }
            commit {
                a_dropped_transaction_changes_nothing
                a_commit_of_nothing_changes_nothing
                each_event_has_its_record
            }
            read_back {
                every_stage_of_an_invitation
                every_state_of_a_member
                every_kind_of_account
                the_installation
            }
            owner {
                what_the_owner_writes_reads_back
                an_address_of_another_is_refused
                second_factors_read_back
                an_administrator_writes_a_members_account
                links_die_when_a_member_is_shut_out
                a_held_account_is_held
                a_challenge_is_answered_once
                sessions_are_listed_and_noted
                api_keys_are_found_and_revoked
                footing_tells_which_factor_is_wanted
            }
            traces {
                a_pace_lets_through_what_it_says
                tries_at_once_are_all_counted
                sweeping_takes_what_is_over
            }
            access {
                a_tenant_with_its_policy_and_roles
                roles_are_made_changed_and_deleted
                holders_are_counted
                assignments_with_ends_are_read_back
                footing_is_where_a_member_stands
            }
            department {
                a_tree_reads_back
                belonging_reads_back
                what_was_given_for_a_department
                lists_by_department
                a_broken_tree_is_refused
                moves_at_once
            }
            branding {
                a_logo_comes_changes_and_goes
            }
            members {
                a_member_is_edited
                disabled_is_without_access_and_enabled_again_is_as_before
                disabling_raises_the_epoch
                removing_ends_one_membership_only
                whoever_leaves_is_gone
                whoever_changes_what_an_invitation_grants_answers_for_it
                whoever_comes_again_is_a_new_member
                who_has_not_joined_is_removed_directly
                what_was_done_is_not_done_again
                a_changed_password_ends_every_session_of_before
                the_details_of_a_member
            }
            import {
                what_is_kept_reads_back
                a_plan_is_kept_anew
                a_started_import_is_not_kept_over
                an_import_is_started_once
                a_batch_is_one_commit
                workers_do_each_batch_once
                running_imports_are_listed
                an_import_is_forgotten_with_its_rows
                sweeping_takes_what_is_old
                an_import_of_another_tenant_is_not_there
            }
            recognition {
                each_key_recognises_its_member
                the_removed_and_others_are_not_recognised
                many_are_recognised_at_once
                accounts_are_found_by_their_logins
                entrances_are_what_opens_members
                members_are_meant_by_their_ids_and_their_accounts
                a_language_reads_back
            }
            representative {
                an_offer_is_kept_with_its_answer
                the_flag_changes_hands_in_one_commit
                nobody_sees_two_representatives_or_none
                nobody_unfit_becomes_the_representative
                offers_are_kept_apart
                an_invitation_is_readdressed
            }
            transfer {
                a_hand_over_is_read_back
                hand_overs_are_due_in_their_order
                what_a_member_held_is_handed_over_in_the_end
            }
            refused {
                a_username_that_is_taken
                an_address_that_another_account_has_proved
                an_address_that_another_member_has
                a_second_membership_of_an_account
                a_second_representative
                a_role_of_another_tenant
                a_role_name_that_is_taken
                an_include_of_another_tenant
                a_role_that_is_in_use
                a_role_that_was_deleted
                a_second_offer
                a_member_of_another_tenant
                an_event_of_another_tenant
                a_session_key_that_is_there_already
            }
            lock {
                a_transaction_has_its_scope_for_itself
                one_of_a_hundred_equal_invitations_wins
                one_of_fifty_registrations_wins
                one_of_fifty_joins_wins
                a_hundred_commits_leave_no_gap
                fifty_resends_lose_no_generation
                tenants_that_are_made_at_once_are_all_made
                a_revocation_and_a_join_exclude_each_other
            }
            isolation {
                a_transaction_sees_its_own_tenant_only
                the_directory_keeps_tenants_apart
                use_cases_know_no_ids_of_another_tenant
                another_scope_has_no_tenant
                no_command_reaches_into_another_tenant
            }
            outbox {
                no_two_workers_get_the_same_message
                a_lease_runs_out
                a_lease_that_was_lost_settles_nothing
                a_deferred_message_is_due_later
                the_oldest_goes_first
                what_became_of_a_message_is_read_back
                a_message_is_owed_once
                closing_an_invitation_cancels_its_mail
                resending_cancels_the_older_mail
                mail_that_was_sent_stays_sent
                a_message_that_a_worker_holds_is_cancelled_too
            }
            mail {
                every_kind_of_mail_is_owed
                what_is_over_is_not_mailed
            }
            lists {
                pages_show_every_member_once
                a_filter_shows_one_state
                overdue_is_what_is_past_its_deadline
                the_sweeper_writes_each_deadline_down_once
                an_invitation_is_shown_with_all_that_is_told
                places_are_where_an_account_is_a_member
                who_has_not_joined_is_paged
            }
            find {
                every_filter_with_every_other
                all_filters_together
                factors_and_mail_by_department
                the_newest_mail_counts
                those_for_whom_nobody_answers
                members_are_searched_loosely
                whoever_may_is_listed
            }
            tally {
                numbers_are_what_counting_gives
            }
            audit {
                an_audit_is_read_in_pieces
                an_audit_is_searched_both_ways
                an_audit_tells_nothing_of_another
            }
            tree {
                a_tenant_knows_those_above_it
            }
            race {
                two_administrators_against_each_other
                whoever_takes_over_is_an_administrator
                hand_overs_at_once
                a_role_is_deleted_while_it_is_given
                an_edit_and_a_removal_at_once
                a_member_is_removed_once
                disabling_and_signing_in_at_once
                no_request_succeeds_after_the_disabling
                one_of_ten_additions_has_the_username
            }
            session {
                a_session_is_found_by_its_key
                a_session_that_ended_is_over
                a_login_finds_its_account
            }
        }
    };
}

/// One `#[test]` for each case of the suite, each on a store that `$make` makes for it: an async function without
/// arguments that gives an [`Adapter`] or an `Option<Adapter>`.
#[macro_export]
macro_rules! conformance_tests {
    ($make:path) => {
        $crate::conformance_cases!($crate::conformance_test_modules, $make);
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! conformance_test_modules {
    (($make:path) $($group:ident { $($case:ident)* })*) => {
        $(mod $group {
            #[allow(unused_imports, clippy::allow_attributes, reason = "`$make` may be named from the root")]
            use super::*;

            $(#[test]
            fn $case() -> $crate::conformance::Outcome {
                $crate::conformance::run(concat!(stringify!($group), "::", stringify!($case)), $make)
            })*
        })*
    };
}

macro_rules! list_of_cases {
    (() $($group:ident { $($case:ident)* })*) => {
        /// Every case.
        pub fn all() -> Vec<Case> {
            vec![$($(Case {
                name: concat!(stringify!($group), "::", stringify!($case)),
                run: |adapter| Box::pin($group::$case(adapter)),
            },)*)*]
        }
    };
}
crate::conformance_cases!(list_of_cases,);
