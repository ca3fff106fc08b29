package dev.tenon.designer.event;

/// Something happened with a document as a whole.
public sealed interface WorkbenchEvent extends Event {
    /// Returns the id of the workspace.
    String workspace();

    /// A workspace was opened.
    record AddWorkspace(String workspace) implements WorkbenchEvent {
        @Override
        public String type() {
            return "add:workspace";
        }
    }

    /// A workspace was closed.
    record RemoveWorkspace(String workspace) implements WorkbenchEvent {
        @Override
        public String type() {
            return "remove:workspace";
        }
    }

    /// A workspace came to the front.
    record SwitchWorkspace(String workspace) implements WorkbenchEvent {
        @Override
        public String type() {
            return "switch:workspace";
        }
    }
}
