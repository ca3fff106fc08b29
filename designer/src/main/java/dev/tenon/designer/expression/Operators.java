package dev.tenon.designer.expression;

/// What the signs between two values do.
final class Operators {
    private Operators() {}

    static Object apply(String sign, Object a, Object b, Meter meter) {
        return switch (sign) {
            case "+" -> plus(a, b, meter);
            case "===" -> Values.same(a, b, meter);
            case "!==" -> !Values.same(a, b, meter);
            case "==" -> Values.like(a, b, meter);
            case "!=" -> !Values.like(a, b, meter);
            case "<" -> compares(a, b, meter, true, false, false);
            case ">" -> compares(a, b, meter, false, false, true);
            case "<=" -> compares(a, b, meter, true, true, false);
            case ">=" -> compares(a, b, meter, false, true, true);
            case "instanceof" -> Constructors.isInstance(a, b);
            case "in" -> Properties.has(b, Values.text(a, meter), meter);
            case "&" -> (double) (Values.bits(a, meter) & Values.bits(b, meter));
            case "|" -> (double) (Values.bits(a, meter) | Values.bits(b, meter));
            case "^" -> (double) (Values.bits(a, meter) ^ Values.bits(b, meter));
            case "<<" -> (double) (Values.bits(a, meter) << Values.bits(b, meter));
            case ">>" -> (double) (Values.bits(a, meter) >> Values.bits(b, meter));
            case ">>>" ->
                    (double)
                            Integer.toUnsignedLong(Values.bits(a, meter) >>> Values.bits(b, meter));
            default -> arithmetic(sign, Values.number(a, meter), Values.number(b, meter));
        };
    }

    private static double arithmetic(String sign, double a, double b) {
        return switch (sign) {
            case "-" -> a - b;
            case "*" -> a * b;
            case "/" -> a / b;
            case "%" -> a % b;
            case "**" -> Math.abs(a) == 1 && Double.isInfinite(b) ? Double.NaN : Math.pow(a, b);
            default -> throw new IllegalStateException("no operator " + sign);
        };
    }

    private static boolean isNumeric(Object value) {
        return value instanceof Double || value instanceof Boolean || Values.isNothing(value);
    }

    /// Whether a comparison takes it as a number; a sum takes dates as texts.
    private static boolean isCompared(Object value) {
        return isNumeric(value) || value instanceof Dates.Date;
    }

    static Object plus(Object a, Object b, Meter meter) {
        if (isNumeric(a) && isNumeric(b)) {
            return Values.number(a, meter) + Values.number(b, meter);
        }
        String left = Values.text(a, meter);
        String right = Values.text(b, meter);
        meter.text((long) left.length() + right.length());
        return left + right;
    }

    private static boolean compares(
            Object a, Object b, Meter meter, boolean less, boolean equal, boolean more) {
        int order;
        if (!isCompared(a) && !isCompared(b)) {
            String left = Values.text(a, meter);
            String right = Values.text(b, meter);
            meter.steps(1 + Math.min(left.length(), right.length()) / 16);
            order = left.compareTo(right);
        } else {
            double x = Values.number(a, meter);
            double y = Values.number(b, meter);
            if (Double.isNaN(x) || Double.isNaN(y)) {
                return false;
            }
            order = x < y ? -1 : x > y ? 1 : 0;
        }
        return order < 0 ? less : order > 0 ? more : equal;
    }
}
