//! The API as a program meets it: every operation, good and bad, over the store in memory.

#[cfg(test)]
mod access;
#[cfg(test)]
mod bodies;
#[cfg(test)]
mod credentials;
#[cfg(test)]
mod described;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod invitations;
#[cfg(test)]
mod invitee;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod quiet;
#[cfg(test)]
mod site;
