//! Branding: what a tenant looks like to those whom it invites. It has a colour and a logo, or none.

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use imagesize::ImageType;
use sha2::{Digest as _, Sha256};

use crate::refusal::refusals;

/// Most bytes of a logo: in a form or as base64 it still fits in a body of 64 KiB.
pub const MAX_LOGO_BYTES: usize = 32_768;
/// Fewest and most pixels of a logo, in width and in height: below, nobody sees what it is; above, a small file makes a
/// large picture in somebody's browser.
pub const LOGO_PIXELS: std::ops::RangeInclusive<usize> = 16..=1_024;

refusals! {
    /// Why a tenant cannot look like that.
    pub enum BrandingFault {
        /// No colour.
        NotAColour = Invalid "colour-malformed"
            ("this is no colour; expected # and six hexadecimal digits, as in #1f6feb", "enter the colour like that, or none");
        /// No picture.
        NotAPicture = Invalid "logo-not-a-picture"
            ("the file is no picture that is taken; expected PNG, JPEG or WebP", "save the logo as PNG and upload that");
        /// Too many bytes.
        TooLarge = Invalid "logo-too-large" ("the file is larger than 32 KiB", "save the logo smaller, or with fewer colours");
        /// Too many or too few pixels.
        Misshapen {
            /// Pixels from left to right.
            width: usize,
            /// Pixels from top to bottom.
            height: usize,
        } = Invalid "logo-misshapen"
            ("the logo has {width} by {height} pixels; expected 16 to 1,024 each way",
             "save it at another size: 256 by 256 looks well everywhere");
    }
}

/// What a tenant looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Branding {
    /// The colour of what one is asked to press; `None` for the product's own.
    pub colour: Option<Colour>,
    /// The picture beside the tenant's name; `None` for its initials.
    pub logo: Option<Logo>,
}

/// A colour: red, green and blue in sRGB. As a text it is like `#1f6feb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour([u8; 3]);

/// Which picture a logo is: it is called by what is in it, so that one address never shows two pictures. As a text it is like
/// `Xv4…0c.png`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Logo {
    digest: [u8; 32],
    format: PictureFormat,
}

/// The formats that every browser shows and that can hold no script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureFormat {
    /// Portable Network Graphics.
    Png,
    /// JPEG.
    Jpeg,
    /// WebP.
    Webp,
}

/// The picture itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    logo: Logo,
    bytes: Vec<u8>,
}

impl Colour {
    /// Reads a colour as a person or a browser writes it: `#1F6FEB`, `#1f6feb`.
    pub fn parse(text: &str) -> Result<Self, BrandingFault> {
        let digits = text.trim().strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii());
        let digits = digits.ok_or(BrandingFault::NotAColour)?;
        let part = |from: usize| {
            let two = digits.get(from..from + 2).filter(|two| two.bytes().all(|byte| byte.is_ascii_hexdigit()));
            two.and_then(|two| u8::from_str_radix(two, 16).ok()).ok_or(BrandingFault::NotAColour)
        };
        Ok(Self([part(0)?, part(2)?, part(4)?]))
    }

    /// Red, green and blue.
    pub const fn rgb(self) -> [u8; 3] {
        self.0
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl PictureFormat {
    /// The end of a file's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpeg",
            Self::Webp => "webp",
        }
    }

    /// The media type (RFC 2046).
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
        }
    }

    fn of(bytes: &[u8]) -> Result<Self, BrandingFault> {
        match imagesize::image_type(bytes) {
            Ok(ImageType::Png) => Ok(Self::Png),
            Ok(ImageType::Jpeg) => Ok(Self::Jpeg),
            Ok(ImageType::Webp) => Ok(Self::Webp),
            Ok(_) | Err(_) => Err(BrandingFault::NotAPicture),
        }
    }
}

impl Logo {
    /// Its format.
    pub const fn format(self) -> PictureFormat {
        self.format
    }
}

impl fmt::Display for Logo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", URL_SAFE_NO_PAD.encode(self.digest), self.format.as_str())
    }
}

impl FromStr for Logo {
    type Err = BrandingFault;

    fn from_str(text: &str) -> Result<Self, BrandingFault> {
        let (digest, format) = text.split_once('.').ok_or(BrandingFault::NotAPicture)?;
        let formats = [PictureFormat::Png, PictureFormat::Jpeg, PictureFormat::Webp];
        let format = formats.into_iter().find(|known| known.as_str() == format);
        let digest = URL_SAFE_NO_PAD.decode(digest).ok().and_then(|bytes| bytes.try_into().ok());
        digest.zip(format).map(|(digest, format)| Self { digest, format }).ok_or(BrandingFault::NotAPicture)
    }
}

impl Picture {
    /// Reads the file that somebody chose. What it says of itself is believed: a browser that shows it will look closer.
    pub fn read(bytes: Vec<u8>) -> Result<Self, BrandingFault> {
        if bytes.len() > MAX_LOGO_BYTES {
            return Err(BrandingFault::TooLarge);
        }
        let format = PictureFormat::of(&bytes)?;
        let size = imagesize::blob_size(&bytes).map_err(|_| BrandingFault::NotAPicture)?;
        let (width, height) = (size.width, size.height);
        if !LOGO_PIXELS.contains(&width) || !LOGO_PIXELS.contains(&height) {
            return Err(BrandingFault::Misshapen { width, height });
        }
        let logo = Logo { digest: Sha256::digest(&bytes).into(), format };
        Ok(Self { logo, bytes })
    }

    /// Which it is.
    pub const fn logo(&self) -> Logo {
        self.logo
    }

    /// The file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The file.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Picture({}, {} bytes)", self.logo, self.bytes.len())
    }
}
