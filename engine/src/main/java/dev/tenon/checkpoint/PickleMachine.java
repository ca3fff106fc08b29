package dev.tenon.checkpoint;

import dev.tenon.checkpoint.PickleValue.Dict;
import dev.tenon.checkpoint.PickleValue.None;
import dev.tenon.checkpoint.PickleValue.Sequence;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Python's pickle, as far as a state_dict needs it: a machine with a stack, marks and a memo,
/// whose classes are only those of [TorchClasses].
///
/// It reads the opcodes of protocols 2 to 5 that containers, text, numbers and calls take; those
/// that make objects in other ways (INST, OBJ, NEWOBJ, EXT1, ...) and the text opcodes of protocol
/// 0 are refused, by the name of the class that these lead to if there is one. Nothing recurses, an
/// opcode takes time in proportion to its own bytes and to what it takes off the stack, and each
/// byte of the pickle keeps at most about 50 bytes of memory alive.
///
/// Source: the opcodes as described in Python's standard library, module pickletools.
final class PickleMachine {
    private static final int NEWEST_PROTOCOL = 5;
    private static final int LONGEST_INTEGER = 255; // bytes

    private final PickleBytes in;
    private final TorchClasses classes;
    private final Refusal refusal;
    private final ArrayList<Object> stack = new ArrayList<>();
    private int[] marks = new int[16];
    private int markCount;
    private @Nullable Object[] memo = new Object[16];
    private int memoized;

    private PickleMachine(PickleBytes in, TorchClasses classes, Refusal refusal) {
        this.in = in;
        this.classes = classes;
        this.refusal = refusal;
    }

    /// Reads one pickle and returns what it makes; `in` then stands behind it.
    ///
    /// @throws CheckpointException if it is damaged, or asks for what is not allowed
    static Object run(PickleBytes in, TorchClasses classes, Refusal refusal) {
        return new PickleMachine(in, classes, refusal).run();
    }

    private Object run() {
        while (true) {
            int opcode = in.u8();
            if (opcode == '.') {
                if (markCount > 0 || stack.size() != 1) {
                    throw refusal.of(
                            "the pickle must end with one value",
                            stack.size() + " values and " + markCount + " open marks");
                }
                return pop();
            }
            if (!pushPlain(opcode) && !changeContainer(opcode)) {
                callOrRemember(opcode);
            }
        }
    }

    /// Runs an opcode that pushes a value of its own; says whether it was one.
    private boolean pushPlain(int opcode) {
        switch (opcode) {
            case 'N' -> push(None.NONE);
            case 0x88 -> push(true);
            case 0x89 -> push(false);
            case 'J' -> push((long) in.i32()); // BININT
            case 'K' -> push((long) in.u8()); // BININT1
            case 'M' -> push((long) in.u16()); // BININT2
            case 0x8a -> push(in.number(in.u8())); // LONG1
            case 0x8b -> push(longInteger()); // LONG4
            case 'G' -> push(in.bigEndianDouble()); // BINFLOAT
            case 'X' -> push(in.text(in.u32(), StandardCharsets.UTF_8)); // BINUNICODE
            case 0x8c -> push(in.text(in.u8(), StandardCharsets.UTF_8)); // SHORT_BINUNICODE
            case 0x8d -> push(in.text(in.i64(), StandardCharsets.UTF_8)); // BINUNICODE8
            case 'T' -> push(in.text(in.i32(), StandardCharsets.ISO_8859_1)); // BINSTRING
            case 'U' -> push(in.text(in.u8(), StandardCharsets.ISO_8859_1)); // SHORT_BINSTRING
            case 'B' -> push(bytes(in.u32())); // BINBYTES
            case 'C' -> push(bytes(in.u8())); // SHORT_BINBYTES
            case 0x8e, 0x96 -> push(bytes(in.i64())); // BINBYTES8, BYTEARRAY8
            case '}' -> push(new Dict());
            case ']', 0x8f -> push(Sequence.growing()); // EMPTY_LIST, EMPTY_SET
            case ')' -> push(Sequence.tuple(List.of()));
            case 'c' -> { // GLOBAL
                String module = in.line();
                push(classes.find(module, in.line()));
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private Object longInteger() {
        int count = in.i32();
        if (count < 0 || count > LONGEST_INTEGER) {
            throw refusal.of(
                    "an integer may have at most " + LONGEST_INTEGER + " bytes",
                    count + " at byte " + in.position());
        }
        return in.number(count);
    }

    private PickleValue.Bytes bytes(long count) {
        return new PickleValue.Bytes(in.text(count, StandardCharsets.ISO_8859_1));
    }

    /// Runs an opcode that fills a container from the stack; says whether it was one.
    private boolean changeContainer(int opcode) {
        switch (opcode) {
            case '(' -> mark();
            case '0' -> { // POP: a value, or a mark on top
                if (markCount > 0 && marks[markCount - 1] == stack.size()) {
                    markCount--;
                } else {
                    pop();
                }
            }
            case '1' -> dropAfter(popMark()); // POP_MARK
            case '2' -> push(top()); // DUP
            case 'a' -> { // APPEND
                Object item = pop();
                list().addAll(List.of(item));
            }
            case 'e', 0x90 -> { // APPENDS, ADDITEMS
                int from = popMark();
                List<Object> items = stack.subList(from, stack.size());
                list(from).addAll(items);
                items.clear();
            }
            case 'l' -> replaceAfter(popMark(), Sequence.growing(), false);
            case 't', 0x91 -> replaceAfter(popMark(), null, false); // TUPLE, FROZENSET
            case 0x85, 0x86, 0x87 -> { // TUPLE1, TUPLE2, TUPLE3
                int from = stack.size() - (opcode - 0x84);
                checkAbove(from);
                replaceAfter(from, null, false);
            }
            case 'd' -> replaceAfter(popMark(), new Dict(), true);
            case 's' -> { // SETITEM
                int from = stack.size() - 2;
                checkAbove(from);
                setItems(from);
            }
            case 'u' -> setItems(popMark()); // SETITEMS
            default -> {
                return false;
            }
        }
        return true;
    }

    /// Replaces the values from `from` on by a container of them: `container`, or a tuple if it is
    /// null.
    private void replaceAfter(int from, @Nullable PickleValue container, boolean pairs) {
        List<Object> items = stack.subList(from, stack.size());
        if (pairs) {
            checkPairs(items);
        }
        Object made;
        switch (container) {
            case Sequence list -> {
                list.addAll(items);
                made = list;
            }
            case Dict dict -> {
                dict.putAll(items);
                made = dict;
            }
            case null, default -> made = Sequence.tuple(items);
        }
        items.clear();
        push(made);
    }

    private void setItems(int from) {
        checkAbove(from - 1);
        List<Object> items = stack.subList(from, stack.size());
        checkPairs(items);
        if (!(stack.get(from - 1) instanceof Dict dict)) {
            throw refusal.of(
                    "items must be set in a dictionary",
                    TorchClasses.kind(stack.get(from - 1)) + " before byte " + in.position());
        }
        dict.putAll(items);
        items.clear();
    }

    private void checkPairs(List<Object> items) {
        if (items.size() % 2 != 0) {
            throw refusal.of(
                    "a dictionary's keys and values must come in pairs",
                    items.size() + " values before byte " + in.position());
        }
    }

    /// Runs an opcode that calls something or uses the memo, or refuses it.
    private void callOrRemember(int opcode) {
        switch (opcode) {
            case 0x80 -> checkProtocol(in.u8());
            case 0x95 -> in.i64(); // FRAME: a hint for who reads ahead
            case 'h' -> push(recall(in.u8())); // BINGET
            case 'j' -> push(recall(in.u32())); // LONG_BINGET
            case 'q' -> remember(in.u8()); // BINPUT
            case 'r' -> remember(in.u32()); // LONG_BINPUT
            case 0x94 -> remember(memoized); // MEMOIZE
            case 0x93 -> { // STACK_GLOBAL
                Object name = pop();
                if (!(pop() instanceof String module) || !(name instanceof String text)) {
                    throw refusal.of(
                            "a class's module and name must be text",
                            "others before byte " + in.position());
                }
                push(classes.find(module, text));
            }
            case 'R' -> { // REDUCE
                Object arguments = pop();
                push(classes.call(pop(), arguments));
            }
            case 'b' -> { // BUILD: attributes
                Object attributes = pop();
                classes.setAttributes(top(), attributes);
            }
            case 'Q' -> push(classes.storage(pop())); // BINPERSID
            case 'i' -> { // INST
                String module = in.line();
                classes.find(module, in.line()); // refused by name if it can be
                throw unknown(opcode);
            }
            default -> {
                CheckpointException refused = unknown(opcode);
                nameClassAfter(opcode);
                throw refused;
            }
        }
    }

    /// Refuses the class that the text opcodes from `opcode` on lead to, if they lead to one: who
    /// is sent a pickle that runs a command had better hear of the command.
    private void nameClassAfter(int opcode) {
        int next = opcode;
        while (true) {
            switch (next) {
                case 'S', 'V', 'I', 'L', 'F', 'p', 'g' -> in.skipLine();
                case '(', 'd', 'l', 't', 's', 'a', '0', '1', '2', 'N' -> {}
                case 'c', 'i' -> {
                    String module = in.line();
                    classes.find(module, in.line());
                }
                default -> {
                    return;
                }
            }
            if (in.isAtEnd()) {
                return;
            }
            next = in.u8();
        }
    }

    private CheckpointException unknown(int opcode) {
        return refusal.of(
                "the pickle may use only the opcodes of a state_dict",
                String.format(
                        "%s at byte %d",
                        opcode > ' ' && opcode < 0x7f
                                ? "'" + (char) opcode + "'"
                                : "0x" + Integer.toHexString(opcode),
                        in.position() - 1));
    }

    private void checkProtocol(int protocol) {
        if (protocol > NEWEST_PROTOCOL) {
            throw refusal.of(
                    "the pickle's protocol must be at most " + NEWEST_PROTOCOL,
                    String.valueOf(protocol));
        }
    }

    private void remember(long number) {
        if (number > in.consumed()) { // picklers count from 0
            throw refusal.of(
                    "memo numbers must not exceed the bytes read",
                    number + " at byte " + in.position());
        }
        int index = (int) number;
        if (index >= memo.length) {
            memo = Arrays.copyOf(memo, Math.max(2 * memo.length, index + 1));
        }
        memoized += memo[index] == null ? 1 : 0;
        memo[index] = top();
    }

    private Object recall(long number) {
        Object value = number < memo.length ? memo[(int) number] : null;
        if (value == null) {
            throw refusal.of(
                    "memo numbers must have been put before they are used",
                    number + " at byte " + in.position());
        }
        return value;
    }

    // ---- the stack

    private void push(Object value) {
        stack.add(value);
    }

    private Object pop() {
        checkAbove(stack.size() - 1);
        return stack.removeLast();
    }

    private Object top() {
        checkAbove(stack.size() - 1);
        return stack.getLast();
    }

    /// Refuses to touch values below `from` that do not exist or lie under the last mark.
    private void checkAbove(int from) {
        if (from < (markCount > 0 ? marks[markCount - 1] : 0)) {
            throw refusal.of(
                    "an opcode must find its values on the stack",
                    "too few at byte " + in.position());
        }
    }

    private Sequence list() {
        checkAbove(stack.size() - 1);
        return list(stack.size());
    }

    /// Returns the growing list below place `end` of the stack.
    private Sequence list(int end) {
        checkAbove(end - 1);
        Object target = stack.get(end - 1);
        if (!(target instanceof Sequence list) || list.isFixed()) {
            throw refusal.of(
                    "items must be added to a list",
                    TorchClasses.kind(target) + " before byte " + in.position());
        }
        return list;
    }

    private void mark() {
        if (markCount == marks.length) {
            marks = Arrays.copyOf(marks, 2 * markCount);
        }
        marks[markCount++] = stack.size();
    }

    private int popMark() {
        if (markCount == 0) {
            throw refusal.of(
                    "an opcode must find its mark on the stack", "none at byte " + in.position());
        }
        return marks[--markCount];
    }

    private void dropAfter(int from) {
        stack.subList(from, stack.size()).clear();
    }
}
