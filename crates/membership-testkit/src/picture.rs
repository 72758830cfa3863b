//! Small pictures, real ones, of 128 by 128 pixels: logos for tenants.

/// As PNG, with transparent corners.
pub const PNG: &[u8] = include_bytes!("../pictures/mark.png");
/// As JPEG.
pub const JPEG: &[u8] = include_bytes!("../pictures/mark.jpeg");
/// As WebP.
pub const WEBP: &[u8] = include_bytes!("../pictures/mark.webp");
