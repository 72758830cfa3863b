//! Departments: adding, renaming, moving, deleting and dissolving, each with its refusal explained.

use membership_core::id::DepartmentId;
use poem::http::StatusCode;

use crate::site::{Answer, Site};

struct Tree {
    site: Site,
    root: String,
    top: DepartmentId,
    sales: DepartmentId,
    legal: DepartmentId,
}

impl Tree {
    async fn new() -> Self {
        let site = Site::new().await;
        let top = site.bed.root().unwrap();
        let sales = site.bed.department("Sales", top).await.unwrap().id;
        let legal = site.bed.department("Legal", top).await.unwrap().id;
        let root = site.cookie_of("root").await;
        Self { site, root, top, sales, legal }
    }

    async fn send(&self, department: DepartmentId, what: &str, form: &[(&str, &str)]) -> Answer {
        let path = self.site.at(format_args!("departments/{department}/{what}"));
        self.site.pages.post(&path, &self.root, form).await
    }

    /// Every department with the one above it, by name, in their order.
    async fn names(&self) -> Vec<(String, Option<String>)> {
        let (root, tenant) = (self.site.bed.as_administrator(), self.site.bed.tenant.id);
        let rows = self.site.bed.membership.departments(&root, tenant).await;
        let all: Vec<_> = rows.unwrap().into_iter().map(|row| row.department).collect();
        let name = |id| all.iter().find(|one| one.id == id).unwrap().name.to_string();
        all.iter().map(|one| (one.name.to_string(), one.parent.map(name))).collect()
    }

    async fn stand(&self, expected: &[(&str, &str)]) {
        let names = self.names().await;
        let below: Vec<(&str, &str)> =
            names.iter().filter_map(|(name, above)| Some((name.as_str(), above.as_deref()?))).collect();
        assert_eq!(below, expected);
    }
}

/// Proves ORG-2, ORG-3, ORG-4 and ORG-5 on the page: below, beside, renamed, deleted.
#[tokio::test]
async fn growing_and_pruning() {
    let tree = Tree::new().await;
    let said = tree.send(tree.sales, "below", &[("name", "North")]).await.assert(StatusCode::SEE_OTHER);
    assert!(said.header("location").ends_with("&done=department-made"), "{}", said.header("location"));
    tree.send(tree.sales, "beside", &[("name", "Support")]).await.assert(StatusCode::SEE_OTHER);
    tree.stand(&[("Sales", "Example Ltd"), ("North", "Sales"), ("Support", "Example Ltd"), ("Legal", "Example Ltd")])
        .await;
    tree.send(tree.legal, "rename", &[("name", "Law")]).await.assert(StatusCode::SEE_OTHER);
    tree.send(tree.legal, "delete", &[]).await.assert(StatusCode::SEE_OTHER);
    tree.stand(&[("Sales", "Example Ltd"), ("North", "Sales"), ("Support", "Example Ltd")]).await;
    let page = tree.site.pages.get(said.header("location"), &tree.root).await.assert(StatusCode::OK);
    page.assert_says(&["The department was added.", "title=\"North\""]);
}

#[tokio::test]
async fn moving() {
    let tree = Tree::new().await;
    let sales = tree.sales.to_string();
    tree.send(tree.legal, "move", &[("before", &sales)]).await.assert(StatusCode::SEE_OTHER);
    tree.stand(&[("Legal", "Example Ltd"), ("Sales", "Example Ltd")]).await;
    tree.send(tree.legal, "move", &[("parent", &sales)]).await.assert(StatusCode::SEE_OTHER);
    tree.stand(&[("Sales", "Example Ltd"), ("Legal", "Sales")]).await;
    let below_itself = [("parent", tree.legal.to_string())];
    let form: Vec<(&str, &str)> = below_itself.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let refused = tree.send(tree.sales, "move", &form).await.assert(StatusCode::CONFLICT);
    refused.assert_says(&["A department cannot stand below itself."]);
    let lost = tree.send(tree.sales, "move", &[("parent", "nonsense")]).await.assert(StatusCode::NOT_FOUND);
    lost.assert_says(&["There is no such department", "value=\"nonsense\""]);
    let page = tree.site.pages.get(&tree.site.at(format!("departments/{}", tree.legal)), &tree.root).await;
    page.assert_says(&["<option value=\"Example Ltd\">", "<option value=\"Sales\">"])
        .assert_lacks(&["value=\"Sales / Legal\""]);
    tree.send(tree.legal, "move", &[("parent", "Example Ltd")]).await.assert(StatusCode::SEE_OTHER);
    tree.stand(&[("Sales", "Example Ltd"), ("Legal", "Example Ltd")]).await;
    tree.send(tree.legal, "move", &[("parent", " Sales ")]).await.assert(StatusCode::SEE_OTHER);
    tree.stand(&[("Sales", "Example Ltd"), ("Legal", "Sales")]).await;
}

/// Proves ORG-6 and ORG-8 on the page: what is refused says why, at the form, and what was typed comes back; nothing is changed.
#[tokio::test]
async fn refusals_stand_at_the_form() {
    let tree = Tree::new().await;
    tree.site.bed.added_to("sally", "Member", &[tree.sales]).await.unwrap();
    let before = tree.names().await;
    let taken = tree.send(tree.sales, "rename", &[("name", "legal")]).await.assert(StatusCode::CONFLICT);
    taken.assert_says(&["There is a department legal at that place already", "value=\"legal\""]);
    let empty = tree.send(tree.top, "below", &[("name", "  ")]).await.assert(StatusCode::UNPROCESSABLE_ENTITY);
    empty.assert_says(&["role=\"alert\""]);
    let used = tree.send(tree.sales, "delete", &[]).await.assert(StatusCode::CONFLICT);
    used.assert_says(&["To this department belong 1 members", "Move them first, or dissolve the department"]);
    for what in ["beside", "delete"] {
        let refused = tree.send(tree.top, what, &[("name", "X")]).await.assert(StatusCode::CONFLICT);
        refused.assert_says(&["the whole organisation"]);
    }
    let top = tree.site.at(format_args!("departments/{}", tree.top));
    let page = tree.site.pages.get(&top, &tree.root).await.assert(StatusCode::OK);
    page.assert_lacks(&["/beside\"", "/delete\"", "/move\""]).assert_says(&["/below\"", "/rename\""]);
    assert_eq!(tree.names().await, before);
}

/// One sees what dissolving will do, and only that is done.
#[tokio::test]
async fn dissolving_is_planned_first() {
    let tree = Tree::new().await;
    tree.site.bed.added_to("sally", "Member", &[tree.sales]).await.unwrap();
    tree.send(tree.sales, "below", &[("name", "North")]).await.assert(StatusCode::SEE_OTHER);
    let legal = tree.legal.to_string();
    let plan = tree.send(tree.sales, "dissolve", &[("into", &legal)]).await.assert(StatusCode::OK);
    let plan = plan.assert_says(&["<bdi>sally Example</bdi>", "<bdi>North</bdi>", "Yes, dissolve it"]);
    let from = plan.body.find("name=\"digest\" value=\"").unwrap() + 21;
    let digest: String = plan.body[from..].chars().take_while(|letter| *letter != '"').collect();
    tree.site.bed.added_to("late", "Member", &[tree.sales]).await.unwrap();
    let form = [("into", legal.as_str()), ("digest", digest.as_str())];
    let changed = tree.send(tree.sales, "dissolve", &form).await.assert(StatusCode::CONFLICT);
    changed.assert_says(&["has changed since it was planned"]);
    let plan = tree.send(tree.sales, "dissolve", &[("into", &legal)]).await.assert_says(&["late Example"]);
    let from = plan.body.find("name=\"digest\" value=\"").unwrap() + 21;
    let digest: String = plan.body[from..].chars().take_while(|letter| *letter != '"').collect();
    tree.send(tree.sales, "dissolve", &[("into", &legal), ("digest", &digest)]).await.assert(StatusCode::SEE_OTHER);
    tree.stand(&[("Legal", "Example Ltd"), ("North", "Legal")]).await;
}

/// Who may not change departments finds no way to, and is refused when trying.
#[tokio::test]
async fn only_who_may_changes_departments() {
    let tree = Tree::new().await;
    tree.site.bed.added("ann", &["Member"]).await.unwrap();
    let ann = tree.site.cookie_of("ann").await;
    let page = tree.site.pages.get(&tree.site.at("members"), &ann).await.assert(StatusCode::OK);
    page.assert_lacks(&["/departments/", "data-moves", "data-bulk-bar", "Add people"]);
    let own = tree.site.at(format_args!("departments/{}", tree.sales));
    tree.site.pages.get(&own, &ann).await.assert(StatusCode::FORBIDDEN);
    let before = tree.names().await;
    for what in ["below", "beside", "rename", "move", "delete", "dissolve"] {
        let form = [("name", "X"), ("parent", "x"), ("into", "x")];
        tree.site.pages.post(&format!("{own}/{what}"), &ann, &form).await.assert(StatusCode::FORBIDDEN);
    }
    assert_eq!(tree.names().await, before);
}
