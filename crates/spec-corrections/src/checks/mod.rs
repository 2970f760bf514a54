//! What finds something in a register, and what it is held against.

mod check;
mod codes;
mod facts;
mod proof;
mod relations;
mod skeleton;
mod vendor;

pub use check::check;
pub use codes::Code;
pub use facts::Facts;
pub use relations::check_relations;
pub use skeleton::skeletons;
pub use vendor::Vendor;
