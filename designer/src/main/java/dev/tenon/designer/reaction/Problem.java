package dev.tenon.designer.reaction;

/// A mistake that a form shows at one of its fields.
///
/// @param address the field's address
/// @param where the keyword or part that is wrong: `title`, `x-reactions[0].fulfill.state.visible`
/// @param message what is wrong, in one line
public record Problem(String address, String where, String message) {}
