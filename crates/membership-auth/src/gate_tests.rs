use std::sync::{
    Condvar, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use futures_util::future::join_all;
use tokio::sync::mpsc;

use super::*;

/// Work that runs until it is released, and counts itself.
#[derive(Default)]
struct Workshop {
    open: Mutex<bool>,
    opened: Condvar,
    now: AtomicUsize,
    most: AtomicUsize,
    done: AtomicUsize,
}

impl Workshop {
    fn work(&self) {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        let closed = self.open.lock().unwrap();
        drop(self.opened.wait_while(closed, |open| !*open).unwrap());
        self.now.fetch_sub(1, Ordering::SeqCst);
        self.done.fetch_add(1, Ordering::SeqCst);
    }

    fn open(&self) {
        *self.open.lock().unwrap() = true;
        self.opened.notify_all();
    }
}

fn gate(at_once: usize, waiting: usize, patience: Duration) -> Gate {
    Gate::new(Bounds { at_once: NonZeroUsize::new(at_once).unwrap(), waiting, patience })
}

/// Proves A60 in part: of 500 that come at once three run, five wait, and 492 are refused without waiting; nobody else is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_surplus_is_refused_at_once() {
    let (gate, shop) = (gate(3, 5, Duration::from_mins(10)), Arc::new(Workshop::default()));
    let (refusals, mut refused) = mpsc::unbounded_channel();
    let callers: Vec<_> = (0..500)
        .map(|_| {
            let (gate, shop, refusals) = (gate.clone(), Arc::clone(&shop), refusals.clone());
            tokio::spawn(async move {
                let result = gate.run(move || shop.work()).await;
                if result.is_err() {
                    refusals.send(()).unwrap();
                }
                result
            })
        })
        .collect();
    // The work is held back, and its patience is long: these 492 come back because they were refused at once.
    for _ in 0..492 {
        refused.recv().await.unwrap();
    }
    assert_eq!(shop.done.load(Ordering::SeqCst), 0);
    shop.open();
    let results = join_all(callers).await;
    assert_eq!(results.into_iter().filter(|result| result.as_ref().unwrap().is_ok()).count(), 8);
    assert_eq!(shop.done.load(Ordering::SeqCst), 8);
    assert!(shop.most.load(Ordering::SeqCst) <= 3);
}

#[tokio::test]
async fn a_turn_that_does_not_come_is_refused() {
    let (gate, shop) = (gate(1, 1, Duration::from_millis(50)), Arc::new(Workshop::default()));
    let (first, second) = (Arc::clone(&shop), Arc::clone(&shop));
    let release = async {
        let late = gate.run(move || second.work()).await;
        shop.open();
        late
    };
    let (first, late) = tokio::join!(gate.run(move || first.work()), release);
    assert_eq!((first, late), (Ok(()), Err(HashingError::Busy)));
}

#[tokio::test]
async fn who_hangs_up_frees_no_memory() {
    let (gate, shop) = (gate(1, 0, Duration::from_millis(50)), Arc::new(Workshop::default()));
    let held = Arc::clone(&shop);
    let call = gate.run(move || held.work());
    assert!(timeout(Duration::from_millis(20), call).await.is_err());
    assert_eq!(gate.run(|| ()).await, Err(HashingError::Busy));
    shop.open();
    while gate.run(|| ()).await.is_err() {
        tokio::task::yield_now().await;
    }
    assert_eq!(shop.done.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn work_that_panics_frees_its_place() {
    let gate = gate(1, 0, Duration::from_secs(1));
    let fail = || -> () { panic!("as the test wants it") };
    assert_eq!(gate.run(fail).await, Err(HashingError::Busy));
    assert_eq!(gate.run(|| 7).await, Ok(7));
}

/// Those on their way are as many as the gate takes, whether they have reached it or not.
#[tokio::test]
async fn the_surplus_is_refused_on_the_way() {
    let gate = Gate::new(Bounds { at_once: NonZeroUsize::MIN, waiting: 2, patience: Duration::from_secs(1) });
    let mut places: Vec<_> = (0..3).map(|_| gate.place().unwrap()).collect();
    assert_eq!(gate.place().err(), Some(HashingError::Busy));
    places.pop();
    assert!(gate.place().is_ok());
}
