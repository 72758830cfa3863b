//! The tree of a tenant's departments. It never changes: whatever changes the departments gives the tenant a new
//! [`TreeId`], so one that was grown before is found by its id, or not at all.

use std::{
    collections::{BTreeSet, HashMap},
    ops::Range,
};

use smallvec::SmallVec;

use crate::{
    department::{Department, DepartmentUnknown, Departments, Headcount, MAX_DEPTH, Misplaced, Position},
    id::{DepartmentId, TreeId},
    name::DisplayName,
    shelf::Shelved,
    store::StoreError,
};

/// A tenant's departments, in the order in which they are read: each before those below it, siblings by their place.
#[derive(Debug)]
pub struct Tree {
    id: TreeId,
    nodes: Vec<Node>,
    at: HashMap<DepartmentId, usize>,
}

#[derive(Debug)]
struct Node {
    department: Department,
    parent: Option<usize>,
    /// All from here to this one, which is no more of it, are in its subtree.
    end: usize,
    /// 1 for the root.
    depth: usize,
}

/// The departments from the root to one, both with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lineage(pub Vec<DepartmentId>);

/// Why departments are no tree: something else than this program has written them.
fn no_tree(detail: impl std::fmt::Display) -> StoreError {
    StoreError::Corrupt { detail: format!("departments: {detail}") }
}

/// The gap between two siblings at first.
pub(super) const GAP: i64 = 1 << 20;

impl Tree {
    /// Grows the tree `id` of `departments`, in whatever order they come. Refused as corrupt if they are none.
    pub fn grow(id: TreeId, departments: impl IntoIterator<Item = Department>) -> Result<Self, StoreError> {
        let mut below: HashMap<Option<DepartmentId>, Vec<Department>> = HashMap::new();
        let mut all = 0;
        for department in departments {
            all += 1;
            below.entry(department.parent).or_default().push(department);
        }
        for siblings in below.values_mut() {
            // The last is taken first.
            siblings.sort_by_key(|department| std::cmp::Reverse((department.place, department.id)));
        }
        let mut waiting: Vec<(Option<usize>, Department)> =
            below.remove(&None).unwrap_or_default().into_iter().map(|root| (None, root)).collect();
        if waiting.len() != 1 {
            return Err(no_tree(format_args!("{} of them have none above, expected 1", waiting.len())));
        }
        let mut tree = Self { id, nodes: Vec::with_capacity(all), at: HashMap::with_capacity(all) };
        while let Some((parent, department)) = waiting.pop() {
            let at = tree.nodes.len();
            let depth = parent.and_then(|parent| tree.nodes.get(parent)).map_or(1, |above| above.depth + 1);
            let children = below.remove(&Some(department.id)).unwrap_or_default();
            waiting.extend(children.into_iter().map(|child| (Some(at), child)));
            tree.at.insert(department.id, at);
            tree.nodes.push(Node { department, parent, end: at + 1, depth });
        }
        if tree.at.len() != all {
            return Err(no_tree(format_args!("{} of them hang on nothing", all - tree.at.len())));
        }
        // From the last to the first: whatever is below one has told it already how far it reaches.
        for at in (0..tree.nodes.len()).rev() {
            let Some(Node { end, parent: Some(parent), .. }) = tree.nodes.get(at) else { continue };
            let (end, parent) = (*end, *parent);
            if let Some(above) = tree.nodes.get_mut(parent) {
                above.end = above.end.max(end);
            }
        }
        Ok(tree)
    }

    /// This tree with `changed` in the place of what they were, or beside it, and without `gone`.
    pub(crate) fn with(
        &self,
        id: TreeId,
        changed: &[Department],
        gone: Option<DepartmentId>,
    ) -> Result<Self, StoreError> {
        let new: BTreeSet<DepartmentId> = changed.iter().map(|department| department.id).chain(gone).collect();
        let kept = self.departments().filter(|department| !new.contains(&department.id));
        Self::grow(id, kept.chain(changed).cloned())
    }

    /// Which tree it is.
    pub const fn id(&self) -> TreeId {
        self.id
    }

    /// Each department, before those below it.
    pub fn departments(&self) -> impl Iterator<Item = &Department> {
        self.nodes.iter().map(|node| &node.department)
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Never: there is a root.
    pub const fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The root. `None` is for trees that nobody can grow.
    pub fn root(&self) -> Option<&Department> {
        self.departments().next()
    }

    /// One department.
    pub fn get(&self, department: DepartmentId) -> Result<&Department, DepartmentUnknown> {
        self.node(department).map(|node| &node.department)
    }

    /// How many there are from the root to `department`, both counted.
    pub fn depth(&self, department: DepartmentId) -> Option<usize> {
        self.node(department).map(|node| node.depth).ok()
    }

    /// Those directly below `department`, in their order.
    pub fn children(&self, department: DepartmentId) -> impl Iterator<Item = &Department> {
        let at = self.at.get(&department).copied();
        let mut next = at.map_or(0, |at| at + 1);
        let end = at.and_then(|at| self.nodes.get(at)).map_or(0, |node| node.end);
        std::iter::from_fn(move || {
            let child = self.nodes.get(next).filter(|_| next < end)?;
            next = child.end;
            Some(&child.department)
        })
    }

    /// `department` and all below it.
    pub fn subtree(&self, department: DepartmentId) -> impl Iterator<Item = &Department> {
        let range = self.range(department).unwrap_or(0..0);
        self.nodes.get(range).unwrap_or_default().iter().map(|node| &node.department)
    }

    /// Whether `department` is `top`, or below it.
    pub fn is_within(&self, department: DepartmentId, top: DepartmentId) -> bool {
        let at = self.at.get(&department);
        at.zip(self.range(top)).is_some_and(|(at, range)| range.contains(at))
    }

    /// `department`, the one above it, and so on to the root.
    pub fn upward(&self, department: DepartmentId) -> impl Iterator<Item = DepartmentId> {
        let mut next = self.node(department).ok();
        std::iter::from_fn(move || {
            let node = next?;
            next = node.parent.and_then(|parent| self.nodes.get(parent));
            Some(node.department.id)
        })
    }

    /// From the root to `department`.
    pub fn lineage(&self, department: DepartmentId) -> Lineage {
        let mut line: Vec<DepartmentId> = self.upward(department).collect();
        line.reverse();
        Lineage(line)
    }

    /// From the root to `top` and to each below it.
    pub(super) fn lineages(&self, top: DepartmentId) -> Vec<(DepartmentId, Lineage)> {
        self.subtree(top).map(|below| (below.id, self.lineage(below.id))).collect()
    }

    /// The departments of somebody who belongs to all of `wanted`, the first the primary one.
    pub fn departments_of(&self, wanted: &[DepartmentId]) -> Result<Departments, DepartmentUnknown> {
        let mut places = Vec::with_capacity(wanted.len());
        for department in wanted {
            let at = self.at.get(department).ok_or(DepartmentUnknown::InTenant)?;
            places.push(*at);
        }
        let mut of: SmallVec<[DepartmentId; 1]> = wanted.iter().copied().collect();
        if let Some((_, rest)) = of.split_first_mut() {
            rest.sort_unstable();
        }
        places.sort_unstable();
        // Read from the left to the right, two that follow each other lie in different branches of the node where they
        // meet, and every node with so many branches is met at one time less.
        let meets = places.windows(2).filter_map(|two| match two {
            [left, right] => self.meeting(*left, *right),
            _ => None,
        });
        let mut meets: SmallVec<[DepartmentId; 1]> = meets.collect();
        meets.sort_unstable();
        Ok(Departments { of, meets })
    }

    /// The lowest department above both, which may be one of them.
    fn meeting(&self, left: usize, right: usize) -> Option<DepartmentId> {
        let mut node = self.nodes.get(left)?;
        while node.end <= right {
            node = self.nodes.get(node.parent?)?;
        }
        Some(node.department.id)
    }

    /// How many people each department has with all below it, each of them counted once, in the order of
    /// [`departments`](Self::departments).
    pub fn people(&self, headcount: impl Fn(DepartmentId) -> Headcount) -> Vec<u32> {
        let counts = self.departments().map(|department| headcount(department.id));
        let mut sums: Vec<i64> = counts.map(|count| i64::from(count.members) - i64::from(count.meets)).collect();
        for (at, node) in self.nodes.iter().enumerate().rev() {
            let below = sums.get(at).copied().unwrap_or(0);
            if let Some(above) = node.parent.and_then(|parent| sums.get_mut(parent)) {
                *above += below;
            }
        }
        sums.into_iter().map(|sum| u32::try_from(sum).unwrap_or(0)).collect()
    }

    /// Where a department of the name `name`, with `height` departments in its longest line (itself counted), can stand:
    /// its place, and whichever siblings have to move over for it. `own` is the one, if it is there already.
    pub fn place(
        &self,
        position: Position,
        name: &DisplayName,
        height: usize,
        own: Option<DepartmentId>,
    ) -> Result<(i64, Vec<Department>), Misplaced> {
        let parent = self.node(position.parent)?;
        if own.is_some_and(|own| self.is_within(position.parent, own)) {
            return Err(Misplaced::Circle);
        }
        if parent.depth + height > MAX_DEPTH {
            return Err(Misplaced::TooDeep);
        }
        self.is_free(position.parent, name, own)?;
        let siblings: Vec<&Department> =
            self.children(position.parent).filter(|sibling| Some(sibling.id) != own).collect();
        let at = match position.before {
            None => siblings.len(),
            Some(before) => {
                let found = siblings.iter().position(|sibling| sibling.id == before);
                found.ok_or(Misplaced::NoSuchSibling)?
            }
        };
        let left = at.checked_sub(1).and_then(|left| siblings.get(left)).map(|left| left.place);
        let right = siblings.get(at).map(|right| right.place);
        if let Some(place) = between(left, right) {
            return Ok((place, Vec::new()));
        }
        // No room is left: all of them are set out anew.
        let spaced = |slot: usize| i64::try_from(slot).unwrap_or(i64::MAX / GAP).saturating_mul(GAP);
        let moved = siblings.iter().enumerate().map(|(slot, sibling)| {
            let slot = if slot < at { slot } else { slot + 1 };
            Department { place: spaced(slot), ..(*sibling).clone() }
        });
        let moved = moved.zip(&siblings).filter(|(new, old)| new.place != old.place).map(|(new, _)| new);
        Ok((spaced(at), moved.collect()))
    }

    /// Whether no department directly below `parent`, but `own`, is called `name`.
    pub fn is_free(
        &self,
        parent: DepartmentId,
        name: &DisplayName,
        own: Option<DepartmentId>,
    ) -> Result<(), Misplaced> {
        let canonical = name.canonical();
        let mut others = self.children(parent).filter(|sibling| Some(sibling.id) != own);
        if others.any(|other| other.name.canonical() == canonical) {
            return Err(Misplaced::NameTaken { name: name.clone() });
        }
        Ok(())
    }

    /// How many departments the longest line from `department` downwards has, itself counted.
    pub fn height(&self, department: DepartmentId) -> usize {
        let own = self.depth(department).unwrap_or(0);
        let range = self.range(department).unwrap_or(0..0);
        let deepest = self.nodes.get(range).unwrap_or_default().iter().map(|node| node.depth).max();
        deepest.map_or(0, |deepest| deepest + 1 - own)
    }

    fn node(&self, department: DepartmentId) -> Result<&Node, DepartmentUnknown> {
        let at = self.at.get(&department).ok_or(DepartmentUnknown::InTenant)?;
        self.nodes.get(*at).ok_or(DepartmentUnknown::InTenant)
    }

    fn range(&self, department: DepartmentId) -> Option<Range<usize>> {
        let at = *self.at.get(&department)?;
        self.nodes.get(at).map(|node| at..node.end)
    }
}

/// A place between two, either of which may be missing.
fn between(left: Option<i64>, right: Option<i64>) -> Option<i64> {
    match (left, right) {
        (None, None) => Some(0),
        (Some(left), None) => left.checked_add(GAP),
        (None, Some(right)) => right.checked_sub(GAP),
        (Some(left), Some(right)) => {
            let middle = left.midpoint(right);
            (left < middle && middle < right).then_some(middle)
        }
    }
}

impl Shelved for Tree {
    type Id = TreeId;
    const MOST: usize = 100_000;

    fn id(&self) -> TreeId {
        self.id
    }

    fn weight(&self) -> usize {
        self.nodes.len()
    }
}

#[cfg(test)]
#[path = "tree_tests.rs"]
mod tests;
