//! Futures of one kind, side by side: as many as a list has, where `tokio::join!` takes a number that is written down.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

/// A future that is one of several.
pub(crate) type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Waits until all are done and returns their results in the order of the list.
pub(crate) async fn all<T>(futures: Vec<Boxed<'_, T>>) -> Vec<T> {
    let mut pending: Vec<_> = futures.into_iter().map(Some).collect();
    let mut results: Vec<Option<T>> = pending.iter().map(|_| None).collect();
    poll_fn(|context| {
        for (future, result) in pending.iter_mut().zip(&mut results) {
            if let Some(Poll::Ready(value)) = future.as_mut().map(|future| future.as_mut().poll(context)) {
                *result = Some(value);
                *future = None;
            }
        }
        if pending.iter().all(Option::is_none) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    results.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::Barrier;

    #[test]
    fn all_go_at_once_and_keep_their_order() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let barrier = Barrier::new(3);
        let one = |number: i32| -> Boxed<'_, i32> {
            let barrier = &barrier;
            Box::pin(async move {
                barrier.wait().await;
                number
            })
        };
        // One after the other would never pass the barrier.
        assert_eq!(runtime.block_on(all(vec![one(1), one(2), one(3)])), [1, 2, 3]);
        assert_eq!(runtime.block_on(all(Vec::<Boxed<'_, i32>>::new())), Vec::<i32>::new());
    }
}
