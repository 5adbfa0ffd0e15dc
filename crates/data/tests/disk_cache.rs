//! The disk cache behind a loader. Alone in its process, which it tells where the user's cache folder is.

mod support;

use std::{env, sync::Arc};

use classifier_data::{Dataset, Loader};
use classifier_spec::*;
use support::*;

fn epoch(loader: &mut Loader, epoch: u32) -> Vec<Vec<u8>> {
    loader.start(epoch, 0);
    let mut batches = Vec::new();
    while let Some(batch) = loader.next().unwrap() {
        batches.push(batch.images_nhwc.as_slice().to_vec());
    }
    batches
}

#[test]
fn a_second_run_finds_the_pixels_of_the_first() {
    let folder = tempfile::tempdir().unwrap();
    // SAFETY: no other thread of this process reads the environment meanwhile.
    unsafe { env::set_var("XDG_CACHE_HOME", folder.path().join("cache")) };
    image_folder(folder.path(), 9);
    let dataset = Arc::new(Dataset::open(&dataset_spec(folder.path())).unwrap());
    let loader = |kind| {
        let spec = LoaderSpec { cache: CacheSpec { kind, budget_bytes: None }, ..loader_spec(4, 2) };
        Loader::new(Arc::clone(&dataset), Split::Train, &spec, 7).unwrap()
    };
    let expected = epoch(&mut loader(CacheKind::Off), 0);
    let mut first = loader(CacheKind::Disk);
    assert_eq!(first.cache().samples, 0);
    assert_eq!(epoch(&mut first, 0), expected);
    assert_eq!(first.cache().samples, 27);
    // While the first still runs, and after it.
    assert_eq!(epoch(&mut loader(CacheKind::Disk), 0), expected);
    drop(first);
    let mut again = loader(CacheKind::Disk);
    assert_eq!(again.cache().samples, 27);
    assert_eq!(epoch(&mut again, 0), expected);
    assert_eq!(loader(CacheKind::Auto).cache().kind, CacheKind::Ram);
}
