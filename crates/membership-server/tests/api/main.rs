//! The API as a program meets it: every operation, good and bad, over the store in memory.

#[cfg(test)]
mod access;
#[cfg(test)]
mod access_control;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod bodies;
#[cfg(test)]
mod bulk;
#[cfg(test)]
mod ceiling;
#[cfg(test)]
mod claims;
#[cfg(test)]
mod credentials;
#[cfg(test)]
mod departments;
#[cfg(test)]
mod described;
#[cfg(test)]
mod finding;
#[cfg(test)]
mod fixture;
// It reads of its own memory where Linux tells it.
#[cfg(target_os = "linux")]
#[cfg(test)]
mod flood;
#[cfg(test)]
mod foreign;
#[cfg(test)]
mod giving;
#[cfg(test)]
mod house;
#[cfg(test)]
mod imports;
#[cfg(test)]
mod invitations;
#[cfg(test)]
mod invitee;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod language;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod long_passwords;
#[cfg(test)]
mod matrix;
#[cfg(test)]
mod members;
#[cfg(test)]
mod own;
#[cfg(test)]
mod passkeys;
#[cfg(test)]
mod passwords;
#[cfg(test)]
mod pathways;
#[cfg(test)]
mod policy;
#[cfg(test)]
mod quiet;
#[cfg(test)]
mod removal;
#[cfg(test)]
mod representative;
#[cfg(test)]
mod resets;
#[cfg(test)]
mod roles;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod second_factors;
#[cfg(test)]
mod site;
#[cfg(test)]
mod tenants;
#[cfg(test)]
mod timing;
#[cfg(test)]
mod walk;
