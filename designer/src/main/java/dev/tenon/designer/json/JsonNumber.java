package dev.tenon.designer.json;

import java.math.BigDecimal;

/// A JSON number, exact: `0.1` stays a tenth and `12345678901234567890` keeps its digits. Numbers
/// are equal by value and are written with the digits that they were read with.
///
/// @param value the number
public record JsonNumber(BigDecimal value) implements Json {
    /// Returns the number `value`.
    public static JsonNumber of(long value) {
        return new JsonNumber(BigDecimal.valueOf(value));
    }

    /// Returns the number `value` with the fewest digits that tell it from its neighbours, whole
    /// numbers without a fraction.
    ///
    /// @throws NumberFormatException if `value` is not finite
    public static JsonNumber of(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1L << 53
                ? of((long) value)
                : new JsonNumber(new BigDecimal(Double.toString(value)));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof JsonNumber number && value.compareTo(number.value) == 0;
    }

    @Override
    public int hashCode() {
        return Double.hashCode(value.doubleValue() + 0.0); // equal numbers have equal doubles
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
