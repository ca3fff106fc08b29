package dev.tenon.checkpoint;

import dev.tenon.tensor.Shape;
import dev.tenon.tensor.ShapeException;
import dev.tenon.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// What an npy array says of itself before its elements.
///
/// @param type the stored type
/// @param order the order of the bytes in an element
/// @param columnMajor whether the first axis varies fastest
/// @param sizes one number per axis
/// @param bytes the size of all this, where the elements begin
record NpyHeader(StoredType type, ByteOrder order, boolean columnMajor, int[] sizes, long bytes) {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int ALIGNMENT = 64;
    private static final int LONGEST = 1 << 16; // longer ones describe records, which are refused
    private static final int MOST_AXES = 64;
    private static final String KEY = "\\s*(?:'(\\w{1,20})'|\"(\\w{1,20})\")\\s*:\\s*";
    private static final String WORD = "'([^'\\\\]{0,20})'|\"([^\"\\\\]{0,20})\"|(True|False)";
    private static final String TUPLE = "\\(([^()\\[\\]'\"]*)\\)";
    private static final Pattern MEMBER =
            Pattern.compile(KEY + "(?:" + WORD + "|" + TUPLE + ")\\s*(,?)");
    private static final Pattern SIZE = Pattern.compile("\\s*(\\d{1,19})L?\\s*");

    /// Reads the header at the beginning of `array`.
    ///
    /// @param what the array, for messages
    static NpyHeader parse(MemorySegment array, String what, Refusal refusal) {
        long most = array.byteSize();
        if (most < MAGIC.length + 4
                || !Arrays.equals(
                        array.asSlice(0, MAGIC.length).toArray(ValueLayout.JAVA_BYTE), MAGIC)) {
            throw refusal.of(what + " must begin with \\x93NUMPY", most + " bytes that do not");
        }
        int version = array.get(ValueLayout.JAVA_BYTE, 6) & 0xff;
        int minor = array.get(ValueLayout.JAVA_BYTE, 7) & 0xff;
        if (version < 1 || version > 3 || minor != 0) {
            throw refusal.unsupported(
                    what + " has version " + version + "." + minor, "1.0, 2.0, 3.0");
        }
        int begin = version == 1 ? 10 : 12;
        long length =
                begin > most
                        ? -1
                        : version == 1
                                ? array.get(ValueLayout.JAVA_SHORT_UNALIGNED, 8) & 0xffff
                                : array.get(ValueLayout.JAVA_INT_UNALIGNED, 8) & 0xffffffffL;
        if (length < 0 || length > LONGEST || length > most - begin) {
            throw refusal.of(
                    "the header of "
                            + what
                            + " must have at most "
                            + LONGEST
                            + " bytes and lie in the file",
                    length + " bytes of " + (most - begin));
        }
        String text =
                new String(
                        array.asSlice(begin, length).toArray(ValueLayout.JAVA_BYTE),
                        version == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
        return new Reader(text.strip(), what, refusal).header(begin + length);
    }

    /// Reads Python's `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`.
    private record Reader(String text, String what, Refusal refusal) {
        NpyHeader header(long bytes) {
            String descr = null;
            String fortran = null;
            String shape = null;
            boolean whole = text.startsWith("{") && text.endsWith("}");
            String members = whole ? text.substring(1, text.length() - 1) : "";
            Matcher member = MEMBER.matcher(members);
            int at = 0;
            boolean more = true;
            while (more && member.region(at, members.length()).lookingAt()) {
                String key = member.group(1) != null ? member.group(1) : member.group(2);
                String word = member.group(3) != null ? member.group(3) : member.group(4);
                if (key.equals("descr") && descr == null && word != null) {
                    descr = word;
                } else if (key.equals("fortran_order") && fortran == null) {
                    fortran = member.group(5);
                } else if (key.equals("shape") && shape == null) {
                    shape = member.group(6);
                } else {
                    throw wrong();
                }
                more = !member.group(7).isEmpty();
                at = member.end();
            }
            if (!members.substring(at).isBlank()
                    || descr == null
                    || fortran == null
                    || shape == null) {
                throw wrong();
            }
            StoredType type = type(descr);
            return new NpyHeader(
                    type,
                    descr.startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN,
                    fortran.equals("True"),
                    sizes(shape),
                    bytes);
        }

        private CheckpointException wrong() {
            return refusal.of(
                    "the header of "
                            + what
                            + " must be {'descr': ..., 'fortran_order': ..., 'shape': ...}",
                    Words.quoted(text));
        }

        private StoredType type(String descr) {
            for (StoredType type : StoredType.values()) {
                if (!type.numpy().isEmpty()
                        && descr.length() == 3
                        && descr.endsWith(type.numpy())
                        && (type.bytes() == 1 ? "|<>" : "<>").indexOf(descr.charAt(0)) >= 0) {
                    return type;
                }
            }
            throw refusal.unsupported(
                    what + " has type " + Words.quoted(descr),
                    Arrays.stream(StoredType.values())
                            .map(StoredType::numpy)
                            .filter(name -> !name.isEmpty())
                            .collect(Collectors.joining(", ", "", ", each with < or > before it")));
        }

        private int[] sizes(String shape) {
            String list = shape.strip();
            if (list.isEmpty()) {
                return new int[0];
            }
            String[] parts = list.split(",", MOST_AXES + 2);
            // Python writes (3,) for one axis
            int rank = parts[parts.length - 1].isBlank() ? parts.length - 1 : parts.length;
            if (rank > MOST_AXES) {
                throw refusal.of(what + " may have at most " + MOST_AXES + " axes", "more");
            }
            int[] sizes = new int[rank];
            for (int axis = 0; axis < rank; axis++) {
                Matcher size = SIZE.matcher(parts[axis]);
                if (!size.matches()) {
                    throw wrong();
                }
                String digits = size.group(1);
                if (digits.length() > 10 || Long.parseLong(digits) > Integer.MAX_VALUE) {
                    throw refusal.of("the sizes of " + what + " must be below 2^31", digits);
                }
                sizes[axis] = (int) Long.parseLong(digits);
            }
            try {
                return Shape.of(sizes).sizes();
            } catch (ShapeException e) {
                throw refusal.of(
                        what + " may have at most 2^40 elements", Arrays.toString(sizes), e);
            }
        }
    }

    /// Returns the steps between elements, one number per axis.
    long[] strides() {
        long[] strides = new long[sizes.length];
        long stride = 1;
        for (int i = 0; i < sizes.length; i++) {
            int axis = columnMajor ? i : sizes.length - 1 - i;
            strides[axis] = stride;
            stride *= sizes[axis];
        }
        return strides;
    }

    /// Returns the header of an array that holds the elements of `tensor`, row-major: as many bytes
    /// as keep what follows aligned.
    static byte[] of(Tensor tensor, String what, Refusal refusal) {
        StoredType type =
                Arrays.stream(StoredType.values())
                        .filter(t -> t.name().equals(tensor.type().name()) && !t.numpy().isEmpty())
                        .findFirst()
                        .orElseThrow(() ->
                                refusal.of(
                                        what + " must have a type that NumPy has",
                                        tensor.type() + ". Convert it to F32"));
        String sizes =
                IntStream.of(tensor.shape().sizes())
                        .mapToObj(Integer::toString)
                        .collect(Collectors.joining(", "));
        String text =
                "{'descr': '"
                        + (type.bytes() == 1 ? "|" : "<")
                        + type.numpy()
                        + "', 'fortran_order': False, 'shape': ("
                        + sizes
                        + (tensor.rank() == 1 ? ",)" : ")")
                        + ", }";
        int bytes = Math.ceilDiv(10 + text.length() + 1, ALIGNMENT) * ALIGNMENT;
        ByteBuffer header = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        header.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) (bytes - 10));
        header.put(text.getBytes(StandardCharsets.US_ASCII));
        while (header.remaining() > 1) {
            header.put((byte) ' ');
        }
        return header.put((byte) '\n').array();
    }
}
