//! Departments: the tree, who belongs where, and administration of a part of it.

use std::collections::BTreeSet;

use membership_core::{
    context::Context,
    department::{Department, DepartmentOf, Position, create::CreateDepartment},
    directory::{InDepartments, MemberFilter, Page, RecordFilter, RecordOrder},
    id::DepartmentId,
    invitation::invite::Invite,
    member::{Member, edit::Changes, remove::Heirs},
    role::{Permission, assign::Wanted, check::Question, explain::Explanation},
};
use membership_testkit::{
    Bed, Failure,
    bed::{PASSWORD, Person},
};

use crate::{code, outcome, permission};

/// A bed with departments: Sales (with North and South below it) and Finance, below the root.
pub(crate) struct Company {
    pub(crate) bed: Bed,
    pub(crate) root: DepartmentId,
    pub(crate) sales: DepartmentId,
    pub(crate) north: DepartmentId,
    pub(crate) south: DepartmentId,
    pub(crate) finance: DepartmentId,
}

impl Company {
    pub(crate) async fn new() -> Result<Self, Failure> {
        let bed = Bed::new().await?;
        let root = bed.root()?;
        bed.define_role("Worker", &["workspace:tasks.view"], &[]).await?;
        bed.define_role("Gardener", &["membership:departments.manage"], &[]).await?;
        bed.define_role("Shifter", &["membership:members.manage"], &[]).await?;
        let sales = bed.department("Sales", root).await?.id;
        let (north, south) = (bed.department("North", sales).await?.id, bed.department("South", sales).await?.id);
        let finance = bed.department("Finance", root).await?.id;
        Ok(Self { bed, root, sales, north, south, finance })
    }

    pub(crate) const fn of(&self, department: DepartmentId) -> DepartmentOf {
        self.bed.place(department)
    }

    pub(crate) async fn wanted(&self, role: &str, within: Option<DepartmentId>) -> Result<Wanted, Failure> {
        Ok(Wanted { within, ..Wanted::role(self.bed.role(role).await?) })
    }

    /// Somebody who was added with the role Worker, to `departments`.
    pub(crate) async fn member(&self, username: &str, departments: &[DepartmentId]) -> Result<Member, Failure> {
        self.bed.added_to(username, "Worker", departments).await
    }

    /// Somebody who is a Worker everywhere, holds `more` besides and belongs to `departments`, signed in.
    pub(crate) async fn person(
        &self,
        username: &str,
        departments: &[DepartmentId],
        more: Vec<Wanted>,
    ) -> Result<(Person, Context), Failure> {
        let person = self.bed.added(username, &["Worker"]).await?;
        let worker = self.wanted("Worker", None).await?;
        let assignments = Some([vec![worker], more].concat());
        self.edit(&person.member, Changes { assignments, ..placed(departments) }).await?;
        let ctx = self.bed.as_signed_in(&self.bed.sign_in(username, PASSWORD).await?);
        Ok((person, ctx))
    }

    /// Somebody who is a Worker everywhere and holds `role` for `within` alone, signed in.
    pub(crate) async fn head(
        &self,
        username: &str,
        role: &str,
        within: DepartmentId,
    ) -> Result<(Person, Context), Failure> {
        self.person(username, &[within], vec![self.wanted(role, Some(within)).await?]).await
    }

    pub(crate) async fn edit(&self, member: &Member, changes: Changes) -> Result<Member, Failure> {
        let ctx = self.bed.as_administrator();
        Ok(self.bed.membership.edit_member(&ctx, self.bed.target(member), changes).await?)
    }

    pub(crate) async fn move_to(&self, ctx: &Context, moved: DepartmentId, parent: DepartmentId) -> &'static str {
        let position = Position { parent, before: None };
        outcome(self.bed.membership.relocate_department(ctx, self.of(moved), position).await)
    }

    /// Each department's name with how many people it has, and how many with all below it.
    async fn counts(&self, ctx: &Context) -> Result<Vec<(String, Option<(u32, u32)>)>, Failure> {
        let rows = self.bed.membership.departments(ctx, self.bed.tenant.id).await?;
        let count = |row: &membership_core::DepartmentRow| row.people.map(|people| (people.members, people.with_below));
        Ok(rows.iter().map(|row| (row.department.name.to_string(), count(row))).collect())
    }

    async fn listed(&self, ctx: &Context, of: Option<(DepartmentId, bool)>) -> Result<Vec<String>, Failure> {
        let departments = of.map(|(department, below)| InDepartments { of: vec![department], below });
        let filter = MemberFilter { departments, ..MemberFilter::default() };
        let page = Page { after: None, limit: 50 };
        let found = self.bed.membership.members(ctx, self.bed.tenant.id, filter, page).await?;
        let mut names: Vec<String> =
            found.rows.iter().filter_map(|row| Some(row.member.username.as_ref()?.to_string())).collect();
        names.sort();
        Ok(names)
    }

    /// All is as it must be, and as the audit says.
    pub(crate) async fn is_sound(&self) -> Result<(), Failure> {
        assert_eq!(self.bed.violations().await?, []);
        let world = self.bed.world(self.bed.tenant.id).await?;
        assert_eq!(membership_testkit::bed::differences(&world)?, Vec::<String>::new());
        Ok(())
    }
}

/// An edit that puts somebody into `departments`.
pub(crate) fn placed(departments: &[DepartmentId]) -> Changes {
    Changes { departments: Some(departments.to_vec()), ..Changes::default() }
}

async fn create(
    bed: &Bed,
    ctx: &Context,
    name: &str,
    parent: DepartmentId,
) -> Result<Department, membership_core::department::create::CreateDepartmentError> {
    let position = Position { parent, before: None };
    let command = CreateDepartment { tenant: bed.tenant.id, name: name.to_owned(), position };
    bed.membership.create_department(ctx, command).await
}

/// Proves ORG-2, ORG-3, ORG-4, ORG-6 in part, I-36, I-37 and I-39 in part: departments are made below and beside others, renamed,
/// put in order and moved; the root stays; nothing stands below itself.
#[tokio::test]
async fn the_tree_is_shaped() -> Result<(), Failure> {
    let company = Company::new().await?;
    let Company { bed, root, sales, north, south, finance } = &company;
    let ctx = bed.as_administrator();
    let beside = CreateDepartment {
        tenant: bed.tenant.id,
        name: "Purchasing".into(),
        position: Position { parent: *root, before: Some(*finance) },
    };
    bed.membership.create_department(&ctx, beside).await?;
    let names =
        async || Ok::<_, Failure>(company.counts(&ctx).await?.into_iter().map(|(name, _)| name).collect::<Vec<_>>());
    let tenant = bed.tenant.name.to_string();
    assert_eq!(names().await?, [&tenant, "Sales", "North", "South", "Purchasing", "Finance"]);
    for taken in ["sales", "ＳＡＬＥＳ", " Sales "] {
        assert_eq!(code(create(bed, &ctx, taken, *root).await), "department-name-taken");
    }
    assert_eq!(code(create(bed, &ctx, "", *root).await), "name-empty");
    create(bed, &ctx, "Sales", *finance).await?;

    bed.membership.rename_department(&ctx, company.of(*north), "Far north").await?;
    assert_eq!(
        code(bed.membership.rename_department(&ctx, company.of(*north), "SOUTH").await),
        "department-name-taken"
    );
    bed.membership.rename_department(&ctx, company.of(*north), "FAR North").await?;
    let first = Position { parent: *sales, before: Some(*north) };
    bed.membership.relocate_department(&ctx, company.of(*south), first).await?;
    assert_eq!(names().await?, [&tenant, "Sales", "South", "FAR North", "Purchasing", "Finance", "Sales"]);
    assert_eq!(company.move_to(&ctx, *sales, *finance).await, "department-name-taken");
    assert_eq!(company.move_to(&ctx, *sales, *north).await, "department-circle");
    assert_eq!(company.move_to(&ctx, *sales, *sales).await, "department-circle");
    assert_eq!(company.move_to(&ctx, *south, *finance).await, "done");
    assert_eq!(names().await?, [&tenant, "Sales", "FAR North", "Purchasing", "Finance", "Sales", "South"]);

    assert_eq!(company.move_to(&ctx, *root, *finance).await, "department-is-root");
    assert_eq!(code(bed.membership.delete_department(&ctx, company.of(*root)).await), "department-is-root");
    let unknown = DepartmentId::from_uuid(uuid::Uuid::nil());
    assert_eq!(company.move_to(&ctx, unknown, *finance).await, "department-unknown");
    assert_eq!(company.move_to(&ctx, *south, unknown).await, "department-unknown");
    assert_eq!(code(bed.membership.delete_department(&ctx, company.of(unknown)).await), "department-unknown");
    company.is_sound().await
}

/// Proves ORG-7: the root is the representative's to rename, and nobody else's.
#[tokio::test]
async fn the_root_is_renamed_by_the_representative() -> Result<(), Failure> {
    let company = Company::new().await?;
    let bed = &company.bed;
    let other = bed.added("other", &["Administrator"]).await?;
    let refused =
        bed.membership.rename_department(&bed.as_account(&other.account), company.of(company.root), "Mine").await;
    assert_eq!(code(refused), "representative-only");
    let renamed =
        bed.membership.rename_department(&bed.as_administrator(), company.of(company.root), "Headquarters").await?;
    assert_eq!(renamed.name.as_str(), "Headquarters");
    company.is_sound().await
}

/// Proves ORG-5, ORG-8 and I-38: a department is deleted once nobody belongs to it, is invited to it, is below it, or was given
/// anything for it, and the refusal counts what is in the way.
#[tokio::test]
async fn a_department_in_use_stays() -> Result<(), Failure> {
    let company = Company::new().await?;
    let Company { bed, sales, south, finance, .. } = &company;
    let ctx = bed.as_administrator();
    let ann = company.member("ann", &[*south, *finance]).await?;
    let invited = Invite { departments: vec![*south], ..bed.invitation_to("bob@example.org").await? };
    let bob = bed.invite_one(invited).await?;
    let (head, _) = company.head("head", "Member manager", *south).await?;
    let delete = async |department| bed.membership.delete_department(&ctx, company.of(department)).await;
    let refusal = delete(*south).await.err().ok_or("it was deleted")?.to_string();
    assert!(
        refusal.contains("2 members and 1 who are invited; 0 departments") && refusal.contains("1 roles"),
        "{refusal}"
    );
    let refusal = delete(*sales).await.err().ok_or("it was deleted")?.to_string();
    assert!(refusal.contains("0 members and 0 who are invited; 2 departments"), "{refusal}");

    company.edit(&ann, Changes { departments: Some(vec![*finance]), ..Changes::default() }).await?;
    bed.membership.remove_member(&ctx, bed.target(&bob.member), Heirs::default()).await?;
    assert_eq!(code(delete(*south).await), "department-in-use");
    let member = vec![Wanted::role(bed.role("Member").await?)];
    let changes = Changes { departments: Some(vec![*finance]), assignments: Some(member), ..Changes::default() };
    company.edit(&head.member, changes).await?;
    delete(*south).await?;
    assert_eq!(code(delete(*south).await), "department-unknown");
    company.is_sound().await
}

/// Proves ORG-1 in part and ORG-12: a person is in several departments, one of them the primary one, and is counted once in each and
/// in all above, whatever moves.
#[tokio::test]
async fn everybody_is_counted_once_wherever() -> Result<(), Failure> {
    let company = Company::new().await?;
    let Company { bed, root, sales, north, south, finance } = &company;
    let ctx = bed.as_administrator();
    let ann = company.member("ann", &[*south, *north]).await?;
    assert_eq!((ann.departments.primary(), ann.departments.all().len()), (Some(*south), 2));
    company.member("bob", &[*north, *finance, *sales]).await?;
    company.member("cyd", &[]).await?;
    let of = async |department: &str| {
        Ok::<_, Failure>(company.counts(&ctx).await?.into_iter().find(|(name, _)| name == department))
    };
    let expected = |name: &str, members, below| Some((name.to_owned(), Some((members, below))));
    let tenant = bed.tenant.name.to_string();
    assert_eq!(of(&tenant).await?, expected(&tenant, 2, 4));
    assert_eq!(of("Sales").await?, expected("Sales", 1, 2));
    assert_eq!(of("North").await?, expected("North", 2, 2));
    assert_eq!(company.listed(&ctx, Some((*sales, false))).await?, ["bob"]);
    assert_eq!(company.listed(&ctx, Some((*sales, true))).await?, ["ann", "bob"]);
    assert_eq!(company.listed(&ctx, Some((*root, false))).await?, ["cyd", "root"]);

    assert_eq!(company.move_to(&ctx, *north, *finance).await, "done");
    assert_eq!(of("Sales").await?, expected("Sales", 1, 2));
    assert_eq!(of("Finance").await?, expected("Finance", 1, 2));
    assert_eq!(of(&tenant).await?, expected(&tenant, 2, 4));
    company.is_sound().await?;
    company.edit(&ann, Changes { departments: Some(vec![*north]), ..Changes::default() }).await?;
    assert_eq!(of("Sales").await?, expected("Sales", 1, 1));
    bed.membership.remove_member(&ctx, bed.target(&ann), Heirs::default()).await?;
    assert_eq!(of("Finance").await?, expected("Finance", 1, 1));
    for (wanted, refusal) in [(vec![], "departments-missing"), (vec![*north, *north], "department-repeated")] {
        let cyd = company.member(&format!("cyd{}", wanted.len()), &[]).await?;
        let changes = Changes { departments: Some(wanted), ..Changes::default() };
        let refused = bed.membership.edit_member(&ctx, bed.target(&cyd), changes).await;
        let faults = refused.err().map(|error| format!("{error:?}")).unwrap_or_default();
        assert!(faults.contains(refusal), "{faults}");
    }
    company.is_sound().await
}

/// Proves A22 in part and A23: whoever manages a department sees and manages its people and what is below it, and nothing else.
#[tokio::test]
async fn a_head_of_a_department_reaches_no_further() -> Result<(), Failure> {
    let company = Company::new().await?;
    let Company { bed, root, sales, north, south, finance } = &company;
    let (head, ctx) = company.head("head", "Member manager", *sales).await?;
    let inside = company.member("inside", &[*north]).await?;
    let outside = company.member("outside", &[*finance]).await?;
    let both = company.member("both", &[*north, *finance]).await?;
    assert_eq!(company.listed(&ctx, None).await?, ["both", "head", "inside"]);
    let elsewhere = company.listed(&ctx, Some((*finance, true))).await;
    assert!(elsewhere.is_err_and(|refused| refused.to_string().contains("no such department")));
    let tenant = bed.tenant.name.to_string();
    let tree: Vec<_> =
        company.counts(&ctx).await?.into_iter().map(|(name, counted)| (name, counted.is_some())).collect();
    let seen = [(tenant.as_str(), false), ("Sales", true), ("North", true), ("South", true)]
        .map(|(name, seen)| (name.to_owned(), seen));
    assert_eq!(tree, seen);

    let at = |member: &Member| bed.target(member);
    assert_eq!(code(bed.membership.member(&ctx, bed.tenant.id, outside.id).await), "member-unknown");
    assert_eq!(code(bed.membership.disable_member(&ctx, at(&outside)).await), "member-unknown");
    bed.membership.member(&ctx, bed.tenant.id, both.id).await?;
    assert_eq!(code(bed.membership.disable_member(&ctx, at(&both)).await), "other-departments");
    bed.membership.disable_member(&ctx, at(&inside)).await?;
    bed.membership.enable_member(&ctx, at(&inside)).await?;
    assert_eq!(code(bed.membership.disable_member(&ctx, at(&head.member)).await), "member-is-self");

    // People: only into what is managed, and from there.
    let moved = async |member: &Member, to: &[DepartmentId]| {
        let changes = Changes { departments: Some(to.to_vec()), ..Changes::default() };
        bed.membership.edit_member(&ctx, at(member), changes).await
    };
    assert_eq!(code(moved(&inside, &[*finance]).await), "other-departments");
    assert_eq!(code(moved(&inside, &[*north, *root]).await), "other-departments");
    assert_eq!(code(moved(&both, &[*north]).await), "other-departments");
    moved(&inside, &[*south]).await?;
    let invitation = async |departments: Vec<DepartmentId>, address: &str| {
        let command = Invite { departments, ..bed.invitation_to(address).await? };
        Ok::<_, Failure>(bed.membership.invite(&ctx, command).await)
    };
    assert_eq!(code(invitation(vec![*finance], "x@example.org").await?), "other-departments");
    let role = Wanted { within: Some(*sales), ..Wanted::role(bed.role("Member manager").await?) };
    let whole = Wanted { within: None, ..role.clone() };
    for (wanted, refusal) in
        [(whole, "grant-exceeds-own"), (Wanted { within: Some(*root), ..role.clone() }, "grant-exceeds-own")]
    {
        let changes = Changes { assignments: Some(vec![wanted]), ..Changes::default() };
        assert_eq!(code(bed.membership.edit_member(&ctx, at(&inside), changes).await), refusal);
    }
    let deputy = Changes { assignments: Some(vec![role]), ..Changes::default() };
    bed.membership.edit_member(&ctx, at(&inside), deputy).await?;

    // Departments: only below the own one.
    create(bed, &ctx, "East", *sales).await?;
    assert_eq!(code(create(bed, &ctx, "East", *root).await), "other-departments");
    for (what, to) in [(*sales, *finance), (*sales, *root), (*finance, *sales), (*north, *root), (*north, *finance)] {
        assert_eq!(company.move_to(&ctx, what, to).await, "other-departments");
    }
    assert_eq!(company.move_to(&ctx, *north, *south).await, "done");
    assert_eq!(code(bed.membership.delete_department(&ctx, company.of(*sales)).await), "other-departments");
    assert_eq!(code(bed.membership.rename_department(&ctx, company.of(*finance), "Mine").await), "other-departments");
    assert_eq!(
        code(bed.membership.audit(&ctx, bed.tenant.id, &RecordFilter::default(), RecordOrder::After(0), 5).await),
        "permission-missing"
    );
    company.is_sound().await
}

/// Proves A23 in part: whoever may only shape the tree brings nobody into the reach of a head, nor of himself.
#[tokio::test]
async fn a_move_gives_nobody_what_the_mover_does_not_hold() -> Result<(), Failure> {
    let company = Company::new().await?;
    let Company { bed, sales, north, finance, .. } = &company;
    bed.define_role("Reader", &["membership:members.read"], &[]).await?;
    company.head("head", "Member manager", *sales).await?;
    let gardener = bed.added("gardener", &["Gardener"]).await?;
    let ctx = bed.as_account(&gardener.account);
    company.member("ann", &[*finance]).await?;
    // Below Sales, its head would get members.read and more over Finance.
    assert_eq!(company.move_to(&ctx, *finance, *sales).await, "reach-exceeds-own");
    assert_eq!(company.move_to(&ctx, *finance, *north).await, "reach-exceeds-own");
    // Out of it, and within it, nobody gets anything.
    assert_eq!(company.move_to(&ctx, *north, *finance).await, "done");
    assert_eq!(company.move_to(&ctx, *north, *sales).await, "reach-exceeds-own");
    assert_eq!(company.move_to(&bed.as_administrator(), *north, *sales).await, "done");

    // A head who manages members elsewhere, without reading them there, hands them to no reader.
    let (_, shifter) = company.head("shifter", "Shifter", *finance).await?;
    let person = bed.added("twofold", &["Worker"]).await?;
    company.edit(&person.member, Changes { departments: Some(vec![*finance]), ..Changes::default() }).await?;
    let wide = Wanted { within: Some(company.root), ..Wanted::role(bed.role("Shifter").await?) };
    let other = bed.added("wide", &["Worker"]).await?;
    let worker = Wanted::role(bed.role("Worker").await?);
    company.edit(&other.member, Changes { assignments: Some(vec![worker, wide]), ..Changes::default() }).await?;
    let wide = bed.as_signed_in(&bed.sign_in("wide", PASSWORD).await?);
    let changes = Changes { departments: Some(vec![*sales]), ..Changes::default() };
    let target = bed.target(&person.member);
    assert_eq!(code(bed.membership.edit_member(&wide, target, changes).await), "reach-exceeds-own");
    assert_eq!(
        code(
            bed.membership
                .members(&shifter, bed.tenant.id, MemberFilter::default(), Page { after: None, limit: 5 })
                .await
        ),
        "permission-missing"
    );
    company.is_sound().await
}

/// A right for a department counts there and below, is told so, and ends with what it was given for.
#[tokio::test]
async fn a_right_for_a_department_counts_there() -> Result<(), Failure> {
    let company = Company::new().await?;
    let Company { bed, root, sales, north, finance, .. } = &company;
    let (head, ctx) = company.head("head", "Member manager", *sales).await?;
    let asked = |department| Question { member: None, permission: Permission::MEMBERS_MANAGE, department };
    for (department, may) in
        [(None, false), (Some(*root), false), (Some(*finance), false), (Some(*sales), true), (Some(*north), true)]
    {
        assert_eq!(bed.membership.check(&ctx, bed.tenant.id, &asked(department)).await?, may);
        let explained =
            bed.membership.explain(&ctx, bed.tenant.id, None, &Permission::MEMBERS_MANAGE, department).await?;
        match explained {
            Explanation::Allowed(reason) => assert!(may && reason.within == Some(*sales)),
            Explanation::Refused(missing) => assert!(!may && format!("{missing:?}").starts_with("Elsewhere")),
        }
    }
    let may = async |department| {
        let page = Page { after: None, limit: 50 };
        let manage = permission("membership:members.manage");
        let rows = bed.membership.who_may(&bed.as_administrator(), bed.tenant.id, &manage, department, page).await?;
        Ok::<_, Failure>(rows.iter().map(|row| row.member.id).collect::<BTreeSet<_>>())
    };
    assert_eq!(may(None).await?, [bed.member.id].into());
    assert_eq!(may(Some(*north)).await?, [head.member.id, bed.member.id].into());
    assert_eq!(may(Some(*finance)).await?, [bed.member.id].into());
    Ok(())
}

/// Proves I-9 in part and A17 in part: who was invited for a department by its head joins no more once the head has lost it.
#[tokio::test]
async fn an_invitation_lapses_with_the_inviters_department() -> Result<(), Failure> {
    let company = Company::new().await?;
    let Company { bed, sales, north, finance, .. } = &company;
    let (head, ctx) = company.head("head", "Member manager", *sales).await?;
    let command =
        Invite { departments: vec![*north], assignments: vec![], ..bed.invitation_to("ann@example.org").await? };
    let role = Wanted { within: Some(*sales), ..Wanted::role(bed.role("Member").await?) };
    let people = command
        .people
        .into_iter()
        .map(|person| membership_core::invitation::invite::Invitee { assignments: vec![role.clone()], ..person });
    let command = Invite { people: people.collect(), ..command_rest(bed, *north) };
    let invited = bed.membership.invite(&ctx, command).await?;
    let token = bed.token(invited[0].invitation.as_ref().ok_or("joined at once")?);
    let wanted = Wanted { within: Some(*finance), ..Wanted::role(bed.role("Member manager").await?) };
    company.edit(&head.member, Changes { assignments: Some(vec![wanted]), ..Changes::default() }).await?;
    assert_eq!(code(bed.membership.accept_invitation(&bed.as_anybody(), &token).await), "invitation-held");
    let back = Wanted { within: Some(*north), ..Wanted::role(bed.role("Member manager").await?) };
    company.edit(&head.member, Changes { assignments: Some(vec![back]), ..Changes::default() }).await?;
    assert_eq!(
        code(bed.membership.accept_invitation(&bed.as_anybody(), &token).await),
        "invitation-held",
        "North alone is less than Sales"
    );
    let whole = Wanted { within: Some(*sales), ..Wanted::role(bed.role("Member manager").await?) };
    company.edit(&head.member, Changes { assignments: Some(vec![whole]), ..Changes::default() }).await?;
    bed.membership.accept_invitation(&bed.as_anybody(), &token).await?;
    Ok(())
}

fn command_rest(bed: &Bed, department: DepartmentId) -> Invite {
    Invite {
        tenant: bed.tenant.id,
        people: Vec::new(),
        assignments: Vec::new(),
        departments: vec![department],
        send: None,
        validity: None,
    }
}

/// Proves ORG-8 in part and A23 in part: a department is dissolved into another as planned, with everybody in it; where the world
/// has moved since, nothing happens.
#[tokio::test]
async fn a_department_is_dissolved_as_planned() -> Result<(), Failure> {
    let company = Company::new().await?;
    let Company { bed, root, sales, north, south, finance } = &company;
    let ctx = bed.as_administrator();
    company.member("ann", &[*sales]).await?;
    company.member("bob", &[*north, *sales, *finance]).await?;
    let (head, _) = company.head("head", "Member manager", *sales).await?;
    let which = company.of(*sales);
    let plan = bed.membership.plan_dissolution(&ctx, which, *finance).await?;
    assert_eq!((plan.people.len(), plan.below.len(), plan.ended.len()), (3, 2, 1));
    assert_eq!(plan.ended[0].0.id, head.member.id);
    for (into, refusal) in [(*north, "department-circle"), (*sales, "department-circle")] {
        assert_eq!(code(bed.membership.plan_dissolution(&ctx, which, into).await), refusal);
    }
    assert_eq!(code(bed.membership.plan_dissolution(&ctx, company.of(*root), *north).await), "department-is-root");
    let other = create(bed, &ctx, "South", *finance).await?;
    assert_eq!(
        code(bed.membership.dissolve_department(&ctx, which, *finance, &plan.digest).await),
        "department-name-taken"
    );
    bed.membership.delete_department(&ctx, company.of(other.id)).await?;
    company.member("late", &[*sales]).await?;
    let plan_before = company.counts(&ctx).await?;
    assert_eq!(code(bed.membership.dissolve_department(&ctx, which, *finance, &plan.digest).await), "plan-outdated");
    assert_eq!(company.counts(&ctx).await?, plan_before);

    let plan = bed.membership.plan_dissolution(&ctx, which, *finance).await?;
    bed.membership.dissolve_department(&ctx, which, *finance, &plan.digest).await?;
    company.is_sound().await?;
    let tenant = bed.tenant.name.to_string();
    let expected = [(tenant.as_str(), 1, 5), ("Finance", 4, 4), ("North", 1, 1), ("South", 0, 0)];
    let expected = expected.map(|(name, members, below)| (name.to_owned(), Some((members, below))));
    assert_eq!(company.counts(&ctx).await?, expected);
    assert_eq!(company.listed(&ctx, Some((*south, true))).await?, Vec::<String>::new());
    let head = bed.membership.member(&ctx, bed.tenant.id, head.member.id).await?.row.member;
    assert_eq!(head.assignments.iter().filter(|held| held.within.is_some()).count(), 0);
    assert_eq!(head.departments.all(), [*finance]);
    Ok(())
}
