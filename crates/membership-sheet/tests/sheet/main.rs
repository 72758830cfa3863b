//! Files as programs write them, files as attackers write them, and files as this crate writes them.

#[cfg(test)]
mod choosing;
#[cfg(test)]
mod corpus;
#[cfg(test)]
mod delimited;
#[cfg(test)]
mod mutation;
#[cfg(test)]
mod packing;
#[cfg(test)]
mod reading;
#[cfg(test)]
mod tables;
#[cfg(test)]
mod templates;
#[cfg(test)]
mod timing;
#[cfg(test)]
mod versions;
