//! Every promise of the ports, on both databases.

mod sqlite {
    use membership_testkit::{Adapter, conformance_tests};

    use crate::place::Place;

    async fn store() -> Adapter {
        Place::sqlite().unwrap().adapter().await.unwrap()
    }

    conformance_tests!(store);
}

mod postgres {
    use membership_testkit::{Adapter, conformance_tests};

    use crate::place::Place;

    async fn store() -> Option<Adapter> {
        let place = Place::postgres().await.unwrap()?;
        Some(place.adapter().await.unwrap())
    }

    conformance_tests!(store);
}
