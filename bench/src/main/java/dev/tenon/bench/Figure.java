package dev.tenon.bench;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// One measured number, beside what the machine can do at most and what a peer reaches.
///
/// @param name what was measured; unique within a report
/// @param value how much
/// @param unit of the value, the peak and the peer's value: `GFLOP/s`, `GB/s`, `images/s`, `ms`,
///   `us`, `MB`
/// @param seconds what one run took, for the table, or null where the figure is not of a run
/// @param peak the machine's own, measured in the same run, or null where there is none of the kind
/// @param peer name of the program it is compared with, or null
/// @param peerValue what the peer reaches in the same run, or null
public record Figure(
        String name,
        double value,
        String unit,
        @Nullable Double seconds,
        @Nullable Double peak,
        @Nullable String peer,
        @Nullable Double peerValue) {
    private static final MathContext DIGITS = new MathContext(5); // more are noise

    /// Returns a figure that stands for itself.
    public static Figure of(String name, double value, String unit) {
        return new Figure(name, value, unit, null, null, null, null);
    }

    /// Returns the time that something takes within a run.
    static Figure time(String name, double value, String unit, double seconds) {
        return new Figure(name, value, unit, seconds, null, null, null);
    }

    /// Returns the rate of a run beside the machine's peak.
    public static Figure rate(String name, double value, String unit, double seconds, double peak) {
        return new Figure(name, value, unit, seconds, peak, null, null);
    }

    /// Returns this beside a peer's value.
    Figure beside(@Nullable String other, double otherValue) {
        return new Figure(name, value, unit, seconds, peak, other, otherValue);
    }

    /// Returns the share of the peak that is reached, 1 for all of it, or null without a peak.
    public @Nullable Double ofPeak() {
        return peak == null ? null : value / peak;
    }

    /// Returns how often the peer's value fits in this one, or null without a peer.
    public @Nullable Double ofPeer() {
        return peerValue == null ? null : value / peerValue;
    }

    /// Returns the figure as an object of the JSON report: `name`, `value`, `unit`, `peak`,
    /// `ofPeak`, `peer`, `peerValue`, `ofPeer`. What there is not is an empty Optional, which JSON
    /// writes as null.
    public SequencedMap<String, Object> toMap() {
        SequencedMap<String, Object> map = new LinkedHashMap<>();
        map.put("name", name);
        map.put("value", rounded(value));
        map.put("unit", unit);
        map.put("peak", orNull(peak));
        map.put("ofPeak", orNull(ofPeak()));
        map.put("peer", Optional.ofNullable(peer));
        map.put("peerValue", orNull(peerValue));
        map.put("ofPeer", orNull(ofPeer()));
        return map;
    }

    private static Optional<Double> orNull(@Nullable Double value) {
        return Optional.ofNullable(value).map(Figure::rounded);
    }

    private static double rounded(double value) {
        return BigDecimal.valueOf(value).round(DIGITS).doubleValue();
    }
}
