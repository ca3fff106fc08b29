package dev.tenon.designer.event;

/// Something that happens in a designer, a value. The types and what they carry are Designable's,
/// all 33 of them, and a few more of ours.
///
/// | family | types | vetoed |
/// |---|---|---|
/// | [CursorEvent] | `drag:start` `drag:move` `drag:stop`, and `drag:cancel` | no |
/// | | `mouse:click` `mouse:dblclick` `mouse:move` | |
/// | [KeyboardEvent] | `key:down` `key:up` | from the browser |
/// | [MutationEvent] | `append:node` `prepend:node` `insert:after` `insert:before` | yes |
/// | | `insert:children` `update:children` `wrap:node` `remove:node` | |
/// | | `clone:node` `from:node` `update:node:props` | |
/// | | and `unwrap:node` `rename:node` `hide:node` | |
/// | [NodeEvent] | `drag:node` `drop:node` `hover:node` `select:node` `unselect:node` | no |
/// | [ViewportEvent] | `viewport:resize` `viewport:scroll` | no |
/// | [WorkbenchEvent] | `add:workspace` `remove:workspace` `switch:workspace` | no |
/// | [HistoryEvent] | `history:push` `history:undo` `history:redo` `history:goto` | no |
/// | [OthersChanged] | and `others:change` | no |
///
/// A mutation is told before it is done, and is not done where a subscriber returns false. All
/// others are told after the fact, and what subscribers return does not matter, but that a key
/// which one returns false for is kept from the browser. The reference names renaming, hiding and
/// its own move of several nodes nowhere; here nothing changes untold.
public sealed interface Event
        permits CursorEvent,
                HistoryEvent,
                KeyboardEvent,
                MutationEvent,
                NodeEvent,
                OthersChanged,
                ViewportEvent,
                WorkbenchEvent {
    /// Returns the name of the event's kind, `append:node`.
    String type();
}
