//! Tables that come and go as files: what is uploaded to be imported, and the template, the result and the export to download.
//!
//! Reading and writing files blocks, so it is done beside the asynchronous work: blocks of lines go through a short channel, and
//! neither side holds more than a few of them.

mod download;
mod media;
mod people;
mod result;
mod rows;
mod template;
mod upload;
mod writing;

pub use download::Download;
pub use membership_sheet::Format;
pub use people::people_table;
pub use result::result_table;
pub use rows::SheetRows;
pub use template::template_table;
pub use upload::{MAX_FILE_BYTES, Upload};

/// The name of the sheet that people stand on: the one that an import reads before all others.
const SHEET: &str = "People";
