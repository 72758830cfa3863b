//! What people, departments and roles are called, the awkward among them.

/// As long as a name may be, and without a place to break.
pub(crate) const LONG: &str =
    "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaftschaferswessenschafewarenwohlgepf";

pub(super) const BRANCHES: [&str; 10] = [
    "Engineering",
    "Sales",
    "Operations",
    "People and culture",
    "Finance",
    "Legal",
    "Research",
    "Marketing",
    "Customer support",
    "Facilities",
];
pub(crate) const TEAMS: [&str; 6] =
    ["North", "South", "East", "West", "Central", "Special projects and temporary assignments abroad"];
pub(super) const AWKWARD_PLACES: [&str; 9] = [
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    "<script>alert('department')</script>",
    "قسم الموارد البشرية",
    "Επιχειρησιακή ανάπτυξη και διαχείριση έργων",
    "R&D: \"Blue Sky\" / Horizon 2035",
    "Отдел кадров",
    "Committee for the revision of the rules of procedure of the committee on committees",
    "Ž",
    "Łódź",
];

const FIRST: [&str; 24] = [
    "Ada", "Bao", "Chiara", "Dmitri", "Elif", "Farah", "Goran", "Hana", "Ines", "Jun", "Kofi", "Lan", "Mateo", "Ngozi",
    "Olga", "Priya", "Quentin", "Rosa", "Sven", "Tomás", "Uma", "Vera", "Yusuf", "Zoë",
];
const LAST: [&str; 22] = [
    "Adeyemi",
    "Bergström",
    "Castillo",
    "Dąbrowski",
    "Eriksen",
    "Fontaine",
    "García",
    "Hoàng",
    "Ivanova",
    "Johnson",
    "Kowalczyk",
    "Lindqvist",
    "Müller",
    "Nakamura",
    "Okonkwo",
    "Petrov",
    "Quispe",
    "Rossi",
    "Schneider",
    "Tanaka",
    "Ueda",
    "Van der Berg",
];
const AWKWARD: [&str; 6] = [
    "Maximiliana Alexandrina Wilhelmina von Hohenlohe-Waldenburg-Schillingsfürst zu Kaunitz",
    "عبد الرحمن بن محمد الفارسي",
    "Ἀριστοτέλης Παπαδόπουλος",
    "<script>alert(\"member\")</script>",
    "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaft",
    "נועה לוי",
];

/// The person of that number; some of them are awkward.
pub(super) fn person(number: usize) -> String {
    if number % 16 == 7 {
        return AWKWARD[number / 16 % AWKWARD.len()].to_owned();
    }
    format!("{} {}", FIRST[number % FIRST.len()], LAST[(number / 3 + number) % LAST.len()])
}

/// The role of that number.
pub(super) fn role(number: usize) -> String {
    match number {
        3 => "<script>alert(3)</script> with a long name that goes on for a while and on".to_owned(),
        7 => "محرر المحتوى".to_owned(),
        _ => format!("Region {number} desk"),
    }
}
