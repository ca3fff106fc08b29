package dev.tenon.designer.engine;

/// One document that is open, with all that belongs to its editing.
///
/// @param id names the workspace, once in a workbench
/// @param title for the tab
/// @param description for people
/// @param operation the tree being edited
public record Workspace(String id, String title, String description, Operation operation) {}
