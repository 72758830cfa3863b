//! Adding, renaming, moving and deleting: each by a form of its own, which comes back with the reason if it is refused.

use membership_core::department::{Misplaced, Position, RootStays, create::CreateDepartment};
use membership_web::{Edge, Visitor};
use poem::{Response, handler, web::Data};

use super::{About, again, typed_place};
use crate::{page::see, settled::On, typed::Typed};

/// Adds a department below this one.
#[handler]
pub(crate) async fn add_below(edge: Data<&Edge>, On(visitor, about): On<About>, typed: Typed) -> Response {
    let position = Position { parent: about.department.id, before: None };
    add(&edge, &visitor, &about, "below", position, typed.one("name")).await
}

/// Adds a department on the same level, right behind this one.
#[handler]
pub(crate) async fn add_beside(edge: Data<&Edge>, On(visitor, about): On<About>, typed: Typed) -> Response {
    let Some(parent) = about.department.parent else {
        return again(&edge, &visitor, &about, ("beside", typed.one("name")), &RootStays::Fixed).await;
    };
    let mut siblings =
        about.admin.grants.tree().children(parent).skip_while(|one| one.id != about.department.id).skip(1);
    let position = Position { parent, before: siblings.next().map(|one| one.id) };
    add(&edge, &visitor, &about, "beside", position, typed.one("name")).await
}

async fn add(
    edge: &Edge,
    visitor: &Visitor,
    about: &About,
    what: &'static str,
    position: Position,
    name: &str,
) -> Response {
    let command = CreateDepartment { tenant: about.admin.tenant.id, name: name.to_owned(), position };
    match edge.membership().create_department(&visitor.context, command).await {
        Ok(made) => see(&about.admin.path(format_args!("members?department={}&done=department-made", made.id))),
        Err(error) => again(edge, visitor, about, (what, name), &error).await,
    }
}

/// Calls it something else.
#[handler]
pub(crate) async fn rename(edge: Data<&Edge>, On(visitor, about): On<About>, typed: Typed) -> Response {
    let name = typed.one("name");
    match edge.membership().rename_department(&visitor.context, about.which(), name).await {
        Ok(_) => see(&format!("{}&done=department-renamed", about.list())),
        Err(error) => again(&edge, &visitor, &about, ("rename", name), &error).await,
    }
}

/// Moves it, with all below it: below another, or before one of those there.
#[handler]
pub(crate) async fn relocate(edge: Data<&Edge>, On(visitor, about): On<About>, typed: Typed) -> Response {
    let position = match position(&about, &typed) {
        Ok(position) => position,
        Err(error) => return again(&edge, &visitor, &about, ("move", typed.one("parent")), &error).await,
    };
    match edge.membership().relocate_department(&visitor.context, about.which(), position).await {
        Ok(_) => see(&format!("{}&done=department-moved", about.list())),
        Err(error) => again(&edge, &visitor, &about, ("move", typed.one("parent")), &error).await,
    }
}

fn position(about: &About, typed: &Typed) -> Result<Position, Misplaced> {
    // Before one of its siblings: the parent stays, whatever else is chosen.
    if !typed.one("before").is_empty() {
        let before = typed_place(&about.admin, typed.one("before"))?;
        let parent = about.admin.grants.tree().get(before)?.parent.ok_or(Misplaced::NoSuchSibling)?;
        return Ok(Position { parent, before: Some(before) });
    }
    Ok(Position { parent: typed_place(&about.admin, typed.one("parent"))?, before: None })
}

/// Deletes it, if nothing hangs on it.
#[handler]
pub(crate) async fn delete(edge: Data<&Edge>, On(visitor, about): On<About>) -> Response {
    match edge.membership().delete_department(&visitor.context, about.which()).await {
        Ok(()) => {
            let above = about.department.parent.map_or_else(String::new, |above| format!("department={above}&"));
            see(&about.admin.path(format_args!("members?{above}done=department-deleted")))
        }
        Err(error) => again(&edge, &visitor, &about, ("delete", ""), &error).await,
    }
}
