//! The data engine: from files to batches of 8-bit RGB pixels. Knows no torch.

mod batch;
mod cache;
mod cache_folder;
mod checksum;
mod dataset;
pub mod decode;
mod draw;
mod image_reader;
pub mod kernel;
mod loader;
mod pipeline;
mod rgb_image;
mod sampler;
mod shard;
mod transform;

pub use batch::{Batch, BatchBuffer, BufferPool, VecPool};
pub use cache::CacheReport;
pub use dataset::Dataset;
pub use decode::decode_file;
pub use draw::{Draw, Stream};
pub use image_reader::ImageReader;
pub use loader::{Loader, LoaderLedger};
pub use pipeline::Pipeline;
pub use rgb_image::{RgbImage, RgbView};
pub use sampler::Sampler;
pub use transform::Workspace;
