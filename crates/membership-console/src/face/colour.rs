//! A tenant's colour on its pages. It may be any; what is written in it or on it has to be read by everybody, so where the
//! colour itself is too light or too dark for that, it is moved towards black or white until it is not.

use std::fmt::Write as _;

use membership_core::tenant::branding::Colour;
use membership_web::{HttpFault, Problem};
use poem::{Response, Result, handler, http::header, web::Path};

type Rgb = [u8; 3];

const BLACK: Rgb = [0; 3];
const WHITE: Rgb = [255; 3];
/// What text has to stand out by at least: WCAG 2.2, 1.4.3.
const READABLE: f64 = 4.5;
/// How much of the colour is in the ground of a mark.
const WASH: f64 = 0.12;

/// One of the two themes: on what text stands, and to where it is moved until it stands out.
struct Theme {
    sheet: Rgb,
    /// All grounds, as the stylesheet has them: `--paper`, `--sheet`, `--sunken`.
    grounds: [Rgb; 3],
    towards: Rgb,
}

const LIGHT: Theme = Theme { sheet: WHITE, grounds: [[0xf5, 0xf6, 0xf4], WHITE, [0xee, 0xf0, 0xed]], towards: BLACK };
const DARK: Theme = Theme {
    sheet: [0x19, 0x1f, 0x1c],
    grounds: [[0x10, 0x14, 0x12], [0x19, 0x1f, 0x1c], [0x22, 0x29, 0x25]],
    towards: WHITE,
};

/// Where the stylesheet of a colour is.
pub(crate) fn path(colour: Colour) -> String {
    format!("/colour/{}.css", colour.to_string().trim_start_matches('#'))
}

/// Serves it. It is made of nothing but the colour, so there is one for each.
#[handler]
pub(crate) fn serve(Path(name): Path<String>) -> Result<Response> {
    let digits = name.strip_suffix(".css").unwrap_or_default();
    let colour = Colour::parse(&format!("#{digits}")).map_err(|_| Problem::from(HttpFault::NotFound))?;
    let answer = Response::builder()
        .content_type("text/css; charset=utf-8")
        .header(header::CACHE_CONTROL, "private, max-age=86400");
    Ok(answer.body(stylesheet(colour)))
}

/// What differs on pages in this colour.
fn stylesheet(colour: Colour) -> String {
    let own = colour.rgb();
    let (light, dark) = (text_in(own, &LIGHT), text_in(own, &DARK));
    let ink = ink_on(own);
    let hover = mix(own, ink_against(ink), 0.12);
    let mut css = String::from(".branded {\n");
    let mut both = |name: &str, light: Rgb, dark: Rgb| {
        // Writing to a text cannot fail.
        let _ = writeln!(css, "  --{name}: light-dark({}, {});", hex(light), hex(dark));
    };
    both("accent", light, dark);
    both("accent-hover", mix(light, BLACK, 0.2), mix(dark, WHITE, 0.2));
    both("accent-ink", WHITE, BLACK);
    both("accent-wash", wash(own, &LIGHT), wash(own, &DARK));
    both("ring", light, dark);
    both("press", own, own);
    both("press-hover", hover, hover);
    both("press-ink", ink, ink);
    css.push_str("}\n");
    css
}

/// The colour as text: itself, if it can be read on every ground of the theme and on its own wash; else moved just so far.
fn text_in(own: Rgb, theme: &Theme) -> Rgb {
    let wash = wash(own, theme);
    let is_read = |text: Rgb| theme.grounds.iter().chain([&wash]).all(|ground| contrast(text, *ground) >= READABLE);
    let steps = (0..=50).map(|step| mix(own, theme.towards, f64::from(step) / 50.0));
    steps.into_iter().find(|text| is_read(*text)).unwrap_or(theme.towards)
}

/// Black or white, whichever is read better: one of the two always is.
fn ink_on(ground: Rgb) -> Rgb {
    if contrast(WHITE, ground) >= READABLE { WHITE } else { BLACK }
}

/// What a ground is moved to when somebody points at it, so that `ink` stands out no less.
const fn ink_against(ink: Rgb) -> Rgb {
    if ink[0] == 0 { WHITE } else { BLACK }
}

fn wash(own: Rgb, theme: &Theme) -> Rgb {
    mix(theme.sheet, own, WASH)
}

/// `share` of `other` in `one`.
fn mix(one: Rgb, other: Rgb, share: f64) -> Rgb {
    let part = |(one, other): (u8, u8)| {
        let mixed = f64::from(one).mul_add(1.0 - share, f64::from(other) * share).round();
        // Between the two, so it fits.
        (0..=u8::MAX).find(|byte| f64::from(*byte) >= mixed).unwrap_or(u8::MAX)
    };
    let [red, green, blue] = one;
    let [other_red, other_green, other_blue] = other;
    [(red, other_red), (green, other_green), (blue, other_blue)].map(part)
}

/// How much two colours differ in brightness, from 1 to 21: WCAG 2.2, "contrast ratio".
fn contrast(one: Rgb, other: Rgb) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// WCAG 2.2, "relative luminance".
fn luminance(colour: Rgb) -> f64 {
    let [red, green, blue] = colour.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    0.0722_f64.mul_add(blue, 0.2126_f64.mul_add(red, 0.7152 * green))
}

fn hex([red, green, blue]: Rgb) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grounds_in_the_stylesheet(name: &str) -> [String; 2] {
        let css = include_str!("../../assets/console.css");
        let pair = css.split(&format!("  --{name}: light-dark(")).nth(1).and_then(|rest| rest.split(')').next());
        let (light, dark) = pair.and_then(|pair| pair.split_once(", ")).expect("two colours");
        [light.to_owned(), dark.to_owned()]
    }

    #[test]
    fn the_grounds_are_those_of_the_stylesheet() {
        for (place, name) in ["paper", "sheet", "sunken"].into_iter().enumerate() {
            let own = [&LIGHT, &DARK].map(|theme| hex(theme.grounds[place]));
            assert_eq!(own, grounds_in_the_stylesheet(name), "{name}");
        }
    }

    /// In every colour, or as many as one can wait for, all text can be read in both themes.
    #[test]
    fn every_colour_can_be_read() {
        let parts = || (0..=255).step_by(15);
        for own in parts().flat_map(|red| parts().flat_map(move |green| parts().map(move |blue| [red, green, blue]))) {
            for theme in [&LIGHT, &DARK] {
                let text = text_in(own, theme);
                let grounds = theme.grounds.into_iter().chain([wash(own, theme)]);
                let worst = grounds.map(|ground| contrast(text, ground)).fold(f64::MAX, f64::min);
                assert!(worst >= READABLE, "{} as text is {worst}", hex(own));
            }
            let ink = ink_on(own);
            for ground in [own, mix(own, ink_against(ink), 0.12)] {
                assert!(contrast(ink, ground) >= READABLE, "{} on {}", hex(ink), hex(ground));
            }
        }
    }

    #[test]
    fn a_colour_that_can_be_read_stays_as_it_is() {
        let own = [0x0b, 0x6a, 0x5b];
        assert_eq!(text_in(own, &LIGHT), own);
        assert_eq!((contrast(BLACK, WHITE).round(), contrast(own, own)), (21.0, 1.0));
    }
}
