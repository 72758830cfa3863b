//! `streaming-app`: the team of a streaming application.
