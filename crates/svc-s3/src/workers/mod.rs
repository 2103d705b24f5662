//! What happens after the answer: bytes are freed, notifications delivered.

mod deliver;
mod free;
mod retry;

use crate::S3;

/// Starts the worker that frees bytes.
pub fn start_freeing(s3: &S3) {
    let this = s3.clone();
    s3.tasks().worker("s3-free", move || free::run(this.clone()));
}

/// Starts the workers that deliver notifications.
pub fn start_delivering(s3: &S3) {
    let this = s3.clone();
    s3.tasks().worker("s3-deliver", move || deliver::run(this.clone()));
    let this = s3.clone();
    s3.tasks().worker("s3-retry", move || retry::run(this.clone()));
}
