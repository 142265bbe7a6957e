//! The `CloudFormation` front end, which also reads SAM.

pub mod long_form;
pub mod sam;
